import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import type { EventId } from '../../../core/event/ids.ts';
import { verifyKeyChain } from '../../../core/receipt/key-chain.ts';
import { verifyReceipt } from '../../../core/receipt/verify.ts';
import { type AuditTrail, createAuditTrail } from '../../sdk/audit-trail.ts';
import type { TransportFactory } from '../../sdk/transport.ts';

/** The agent that the events of a smoke test are of. */
export const SMOKE_AGENT = { id: 'audit-trail-smoke', version: '1' };

const TIMEOUT_MS = 120_000;
const REQUEST_TIMEOUT_MS = 30_000;
const shownSchema = z.looseObject({ record: z.unknown(), receipt: z.unknown() });

/** What the verifier says must hold, and where to ask. */
export interface Terms {
  apiUrl: string;
  /** A token with `events:read`. */
  token: string;
  /** From KMS, not from the API. */
  verifierKey: string;
}

/** An agent that fails closed: where an event can't be recorded, the test has failed. */
export function smokeTrail(transport: TransportFactory, verifierKey: string, directory: string): AuditTrail {
  return createAuditTrail({
    agent: SMOKE_AGENT,
    transport,
    verifierKey,
    directory,
    strict: true,
    sigterm: false,
    onError: () => undefined, // strict: what goes wrong is thrown
  });
}

/** Records one task of three events and sends it; resolves to the events' ids once the audit trail has them durably. */
export async function sendTask(trail: AuditTrail, way: string): Promise<EventId[]> {
  const task = trail.startTask({
    goal: `Smoke test: show that an event gets into the log over ${way}`,
    initiator: { type: 'service' },
  });
  const decision = task.decision({
    reasoning_summary: 'The operator asked for a smoke test.',
    options_considered: ['Send one task - SELECTED', 'Send nothing - REJECTED'],
  });
  const end = task.complete();
  await trail.flush();
  return [task.eventId, decision, end];
}

/** Waits for the receipt of every event; each is verified, and compared with the hash noted on sending. */
export async function confirmAll(trail: AuditTrail, eventIds: readonly EventId[]): Promise<void> {
  for (const eventId of eventIds) {
    const answer = await trail.confirm(eventId, { timeoutMs: TIMEOUT_MS });
    if (answer.ok) continue;
    const why = answer.reason === 'rejected' ? `rejected (${answer.code})` : answer.reason;
    throw new AuditError('unavailable', `No receipt for event ${eventId}: ${why}: ${answer.detail}`);
  }
}

/** Reads every event back and verifies record, receipt and disclosures as an auditor would. */
export async function verifyAll(eventIds: readonly EventId[], terms: Terms): Promise<void> {
  const { apiUrl, verifierKey } = terms;
  // The log may have changed its key since the first: the chain that it gives must lead from there.
  const keys = verifyKeyChain(await ask(`${apiUrl}/v1/audit/log/keys`, terms), verifierKey);
  const trust = keys.ok ? keys.chain : verifierKey;
  for (const eventId of eventIds) {
    const url = `${apiUrl}/v1/audit/events/${eventId}`;
    const shown = shownSchema.safeParse(await ask(url, terms));
    if (!shown.success) throw new AuditError('malformed', `${url} answered no record with its receipt`);
    const verdict = verifyReceipt(shown.data, trust);
    if (!verdict.verified) {
      const { code, meaning } = verdict.failure;
      throw new AuditError('integrity', `Event ${eventId} does NOT verify: ${code}. ${meaning} (${url})`);
    }
  }
}

async function ask(url: string, { token }: Terms): Promise<unknown> {
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  if (!answer.ok) throw new AuditError('unavailable', `${url} answered ${answer.status}`);
  return await answer.json();
}
