import { z } from 'zod';
import { parseJsonText } from '../event/json-text.ts';
import { describe } from '../event/parse.ts';
import { type Refusal, refuse } from '../event/refusal.ts';
import { bodyDigest, verifyClaim } from '../identity/claim.ts';
import type { Emitter } from '../identity/emitter.ts';
import type { WorkloadTerms } from '../identity/workload.ts';
import type { EmitterRef, IngestSource } from '../record/record.ts';
import { internalMessageSchema, type RefusedAtDoor } from './internal-message.ts';
import { ENVELOPE_LIMITS, MAX_EVENTS } from './sent-event.ts';

/** A message as the queue gave it. */
export interface QueueMessage {
  /** The queue's id of the message, the same at every delivery. */
  id: string;
  body: string;
  /** When the queue took it, in milliseconds since the Unix epoch. */
  sentAt: number;
  /** How often it was given out, this time included. */
  receives: number;
  /** Which queue it came from, by that queue's own word: it decides what the message may claim. */
  queue: 'ingest' | 'internal';
  claim?: string;
  /** It comes back from the dead-letter queue. */
  redriven?: boolean;
}

/** A message whose sender is known and whose events can be looked at. */
export interface OpenMessage {
  ok: true;
  source: IngestSource;
  emitter: EmitterRef;
  /** The one agent that the claim speaks for; absent where there is no claim. */
  agentId?: string;
  events: readonly unknown[];
  /** What one of our own functions has refused already. */
  refused: readonly RefusedAtDoor[];
}

/** A message that is refused as a whole. */
export interface ClosedMessage {
  ok: false;
  refusal: Refusal;
  source: IngestSource;
  /** The sender, where the claim held: only then may anything of the content be kept. */
  emitterId?: string;
}

/** Against what messages are opened. */
export interface OpeningTerms {
  /** Name of this tenant's log: the audience of every claim. */
  origin: string;
  emitterByKid(kid: string): Promise<Emitter | undefined>;
  /** Where workloads may send with their platform's word instead of a registered key. */
  workloads?: WorkloadTerms | undefined;
}

const MAX_BODY = 1_048_576; // of SQS

const emittedSchema = z.strictObject({
  nonce: z.string().min(1).max(256),
  events: z.array(z.unknown()).min(1).max(MAX_EVENTS),
});

/** Finds out who sent `message`, and only then reads what it holds. What the look-up of an emitter throws is passed on. */
export async function openMessage(
  message: QueueMessage,
  terms: OpeningTerms,
): Promise<OpenMessage | ClosedMessage> {
  return message.queue === 'ingest' ? await openClaimed(message, terms) : openInternal(message);
}

async function openClaimed(message: QueueMessage, terms: OpeningTerms): Promise<OpenMessage | ClosedMessage> {
  const source = 'sqs';
  if (message.claim === undefined) return { ok: false, source, refusal: refuse('claim_missing') };
  const verdict = await verifyClaim(message.claim, {
    emitterByKid: (kid) => terms.emitterByKid(kid),
    workloads: terms.workloads,
    audience: terms.origin,
    bodySha256: bodyDigest(message.body),
    sentAt: message.sentAt,
    ...(message.redriven && { redriven: true }),
  });
  if (!verdict.ok) return { ok: false, source, refusal: verdict };
  const { emitter, claim, claimDigest } = verdict;
  const read = readBody(message.body, emittedSchema);
  if (!read.ok) return { ok: false, source, refusal: read, emitterId: emitter.id };
  return {
    ok: true,
    source,
    emitter: { id: emitter.id, claim_digest: claimDigest, key_id: emitter.kid },
    agentId: claim.sub,
    events: read.value.events,
    refused: [],
  };
}

function openInternal(message: QueueMessage): OpenMessage | ClosedMessage {
  const read = readBody(message.body, internalMessageSchema);
  if (!read.ok) return { ok: false, source: 'internal', refusal: read };
  const { source, emitter, events, refused = [] } = read.value;
  return { ok: true, source, emitter, events, refused };
}

function readBody<Schema extends z.ZodType>(
  body: string,
  schema: Schema,
): { ok: true; value: z.output<Schema> } | Refusal {
  const json = parseJsonText(body, { ...ENVELOPE_LIMITS, bytes: MAX_BODY });
  if (!json.ok) return json;
  const parsed = schema.safeParse(json.value);
  if (!parsed.success) return refuse('message_malformed', describe(parsed.error.issues));
  return { ok: true, value: parsed.data };
}
