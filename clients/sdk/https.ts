import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { apiBase } from './api-address.ts';
import { answerJson, retryAfter } from './http-answer.ts';
import type { OutgoingEvent } from './outgoing.ts';
import {
  type Delivery,
  type Transport,
  type TransportContext,
  type TransportFactory,
  type Verdict,
  verdictForAll,
} from './transport.ts';

const MAX_EVENTS = 500;
const MAX_BYTES = 3_500_000; // before compression, so that a request stays within the API's 4 MB without it too
const COMPRESS_FROM = 4_096;
const TIMEOUT_MS = 15_000;

const acceptedSchema = z.object({
  rejected: z.array(z.object({ index: z.int().nonnegative(), code: z.string(), detail: z.string() })),
});
const problemSchema = z.object({ code: z.string(), detail: z.string() }).partial();

/**
 * Sends to the tenant's API with a bearer token (scope `events:write`).
 *
 * ```ts
 * createAuditTrail({ agent, transport: https({ apiUrl: 'https://…/live', token: 'aat_acme_…' }) });
 * ```
 */
export function https(options: { apiUrl: string; token: string }): TransportFactory {
  return (context) => new HttpsTransport(apiBase(options.apiUrl), options.token, context);
}

class HttpsTransport implements Transport {
  readonly limits = { events: MAX_EVENTS, bytes: MAX_BYTES };
  readonly destination: string;
  readonly receipts;
  readonly #apiUrl: string;
  readonly #token: string;
  readonly #context: TransportContext;

  constructor(apiUrl: string, token: string, context: TransportContext) {
    this.#apiUrl = apiUrl;
    this.destination = apiUrl;
    this.#token = token;
    this.#context = context;
    this.receipts = { apiUrl, bearer: async () => token };
  }

  async send(events: readonly OutgoingEvent[]): Promise<Delivery> {
    const response = await this.#post(`{"events":[${events.map(({ json }) => json).join(',')}]}`);
    if (response.status === 202) return { verdicts: verdictsOf(await answerJson(response), events.length) };
    if (response.status === 413) return this.#halves(events);

    const problem = problemSchema.safeParse(await answerJson(response));
    const { code = '', detail = '' } = problem.success ? problem.data : {};
    const reason = `the API answered ${response.status} ${code} ${detail}`.trimEnd();
    if (!mayWorkLater(response.status)) {
      return { verdicts: verdictForAll(events.length, { outcome: 'undeliverable', reason }) };
    }
    const retryAfterMs = retryAfter(response.headers, this.#context.clock.now());
    return {
      verdicts: verdictForAll(events.length, { outcome: 'retry', reason }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  }

  async #post(body: string): Promise<Response> {
    const compress = body.length >= COMPRESS_FROM;
    return fetch(`${this.#apiUrl}/v1/audit/events`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
        ...(compress && { 'content-encoding': 'gzip' }),
      },
      body: compress ? gzipSync(body) : body,
      redirect: 'error', // the token is for this address alone
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  }

  /** Too large for the API, or for something between: smaller requests may pass; a single event never will. */
  async #halves(events: readonly OutgoingEvent[]): Promise<Delivery> {
    if (events.length === 1) {
      return { verdicts: [{ outcome: 'rejected', code: 'too_large', detail: 'larger than the API takes' }] };
    }
    const middle = Math.ceil(events.length / 2);
    const first = await this.send(events.slice(0, middle));
    const second = await this.send(events.slice(middle));
    const waits = [first.retryAfterMs, second.retryAfterMs].filter((wait) => wait !== undefined);
    return {
      verdicts: [...first.verdicts, ...second.verdicts],
      ...(waits.length > 0 && { retryAfterMs: Math.max(...waits) }),
    };
  }
}

/** An answer that can't be read leaves open what was taken, so the events are sent again: the writer knows their ids. */
function verdictsOf(body: unknown, count: number): Verdict[] {
  const parsed = acceptedSchema.safeParse(body);
  if (!parsed.success) {
    return verdictForAll(count, {
      outcome: 'retry',
      reason: 'the answer of the API is not what it should be',
    });
  }
  const verdicts = verdictForAll(count, { outcome: 'taken' });
  for (const { index, code, detail } of parsed.data.rejected) {
    if (index < count) verdicts[index] = { outcome: 'rejected', code, detail };
  }
  return verdicts;
}

function mayWorkLater(status: number): boolean {
  return status >= 500 || status === 408 || status === 425 || status === 429;
}
