import {
  type BatchResultErrorEntry,
  SendMessageBatchCommand,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs';
import { toHex } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';
import { apiBase } from './api-address.ts';
import { Claims } from './claims.ts';
import { type EmitterKey, readEmitterKey } from './emitter-key.ts';
import type { OutgoingEvent } from './outgoing.ts';
import { messageOf } from './problem.ts';
import { registered, type Signer, vouchedFor, type WorkloadToken } from './signer.ts';
import {
  type Delivery,
  type ReceiptSource,
  type Transport,
  type TransportContext,
  type TransportFactory,
  type Verdict,
  verdictForAll,
} from './transport.ts';

const MAX_MESSAGES = 10; // of a SendMessageBatch
const MAX_EVENTS = 500; // of a message
const MAX_BYTES = 920_000; // 1 MiB a batch, less ten claims of up to 10,000 octets, nonces and commas
const NONCE_OCTETS = 16;
const TIMEOUT_MS = 15_000;

export interface SqsOptions {
  /** The tenant's ingest queue. */
  queueUrl: string;
  /** The emitter's key, or the path of its file. */
  emitterKey?: EmitterKey | string;
  /** In its place: a token of the platform that the agent runs on, where the tenant file names its issuer. */
  workloadToken?: WorkloadToken;
  /** The tenant's API, for receipts; without it `confirm` can't ask. */
  apiUrl?: string;
  /** The log's origin, where no key file names it. */
  logOrigin?: string;
  region?: string;
  /** Another address of SQS, as of a local cloud. */
  endpoint?: string;
}

/**
 * Sends to the tenant's ingest queue (IAM), each message with a claim signed by the emitter's own key.
 * Credentials and Region come from the usual AWS environment.
 *
 * ```ts
 * createAuditTrail({ agent, transport: sqs({ queueUrl, emitterKey: '/run/secrets/emitter.json', apiUrl }) });
 * ```
 */
export function sqs(options: SqsOptions): TransportFactory {
  const { queueUrl, region, endpoint, apiUrl } = options;
  const { signer, logOrigin } = identify(options);
  const client = new SQSClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    maxAttempts: 1, // the outbox retries, and each attempt needs a fresh claim
    requestHandler: { requestTimeout: TIMEOUT_MS, connectionTimeout: TIMEOUT_MS },
  });
  return (context) =>
    new SqsTransport({
      client,
      queueUrl,
      context,
      claims: new Claims(signer, logOrigin, context),
      ...(apiUrl !== undefined && { apiUrl: apiBase(apiUrl) }),
    });
}

/** Who sends, and to which log. */
function identify(options: SqsOptions): { signer: Signer; logOrigin: string } {
  const { emitterKey, workloadToken } = options;
  const key = typeof emitterKey === 'string' ? readEmitterKey(emitterKey) : emitterKey;
  const logOrigin = options.logOrigin ?? key?.log_origin;
  if (logOrigin === undefined)
    throw new AuditError(
      'misconfigured',
      "the log's origin stands neither in a key file nor in the options",
      {
        field: 'logOrigin',
      },
    );
  if (key && !workloadToken) return { signer: registered(key), logOrigin };
  if (workloadToken && !key) return { signer: vouchedFor(logOrigin, workloadToken), logOrigin };
  throw new AuditError('misconfigured', 'expected either emitterKey or workloadToken', {
    field: 'emitterKey',
  });
}

/** One message: the positions of its events among those that were handed over, and what is sent. */
interface Message {
  positions: readonly number[];
  agentId: string;
  body: string;
  seq: number;
}

class SqsTransport implements Transport {
  readonly limits = { events: MAX_MESSAGES * MAX_EVENTS, bytes: MAX_BYTES };
  readonly destination: string;
  readonly receipts?: ReceiptSource;
  readonly #client: SQSClient;
  readonly #context: TransportContext;
  readonly #claims: Claims;

  constructor(options: {
    client: SQSClient;
    queueUrl: string;
    context: TransportContext;
    claims: Claims;
    apiUrl?: string;
  }) {
    const { claims, apiUrl } = options;
    this.#client = options.client;
    this.destination = options.queueUrl;
    this.#context = options.context;
    this.#claims = claims;
    // The claim is about an empty body. It is no message, so it uses up no number.
    if (apiUrl !== undefined) this.receipts = { apiUrl, bearer: (agentId) => claims.sign(agentId, '', 0) };
  }

  async send(events: readonly OutgoingEvent[]): Promise<Delivery> {
    const verdicts: Verdict[] = verdictForAll(events.length, { outcome: 'retry', reason: 'not sent' });
    const groups = groupsOf(events);
    for (let first = 0; first < groups.length; first += MAX_MESSAGES) {
      const messages = groups.slice(first, first + MAX_MESSAGES).map((group) => this.#message(group, events));
      const outcomes = await this.#sendBatch(messages);
      for (const [index, { positions, seq }] of messages.entries()) {
        const verdict = outcomes[index] ?? { outcome: 'retry', reason: 'SQS did not say' };
        if (verdict.outcome !== 'taken') this.#claims.returnNumber(seq);
        for (const position of positions) verdicts[position] = verdict;
      }
    }
    return { verdicts };
  }

  #message({ agentId, positions }: Group, events: readonly OutgoingEvent[]): Message {
    const nonce = toHex(this.#context.random.octets(NONCE_OCTETS));
    const texts = positions.map((position) => events[position]?.json);
    const body = sendable(`{"nonce":"${nonce}","events":[${texts.join(',')}]}`);
    return { positions, agentId, body, seq: this.#claims.takeNumber() };
  }

  /** One verdict a message. */
  async #sendBatch(messages: readonly Message[]): Promise<Verdict[]> {
    try {
      const { Failed = [], Successful = [] } = await this.#client.send(
        new SendMessageBatchCommand({
          QueueUrl: this.destination,
          Entries: await Promise.all(
            messages.map(async ({ agentId, body, seq }, index) => ({
              Id: String(index),
              MessageBody: body,
              MessageAttributes: {
                claim: { DataType: 'String', StringValue: await this.#claims.sign(agentId, body, seq) },
              },
            })),
          ),
        }),
      );
      const taken = new Set(Successful.map(({ Id }) => Id));
      return messages.map((_, index) => {
        const id = String(index);
        return taken.has(id) ? { outcome: 'taken' } : verdictOf(Failed.find(({ Id }) => Id === id));
      });
    } catch (error) {
      return verdictForAll(messages.length, verdictOfCall(error));
    }
  }
}

interface Group {
  agentId: string;
  positions: number[];
}

/** A message has one claim and a claim one agent, so events are grouped by agent, in order, at most 500 together. */
function groupsOf(events: readonly OutgoingEvent[]): Group[] {
  const groups: Group[] = [];
  const open = new Map<string, Group>();
  for (const [position, { agent_id: agentId }] of events.entries()) {
    let group = open.get(agentId);
    if (!group || group.positions.length === MAX_EVENTS) {
      group = { agentId, positions: [] };
      open.set(agentId, group);
      groups.push(group);
    }
    group.positions.push(position);
  }
  return groups;
}

/** SQS refuses U+FFFE and U+FFFF, which JSON may hold: escaped they mean the same, and the content hash stays. */
function sendable(json: string): string {
  return json.replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');
}

function verdictOf(failed: BatchResultErrorEntry | undefined): Verdict {
  const reason = failed ? `SQS answered ${failed.Code}` : 'SQS did not say';
  return { outcome: failed?.SenderFault === true ? 'undeliverable' : 'retry', reason };
}

/** A refusal of the whole call stays one until somebody changes a grant or an address; all else may pass. */
function verdictOfCall(error: unknown): Verdict {
  const refused =
    error instanceof SQSServiceException && error.$fault === 'client' && error.$retryable === undefined;
  const throttled = error instanceof Error && /Throttl|TooManyRequests|ExpiredToken/.test(error.name);
  return { outcome: refused && !throttled ? 'undeliverable' : 'retry', reason: `SQS: ${messageOf(error)}` };
}
