import { z } from 'zod';
import type { Clock } from '../../core/ports.ts';
import { type KeyChain, type Trust, verifyKeyChain } from '../../core/receipt/key-chain.ts';
import { type Receipt, receiptSchema } from '../../core/receipt/receipt.ts';
import { verifyReceipt } from '../../core/receipt/verify.ts';
import { answerJson, answerText, retryAfter } from './http-answer.ts';
import { messageOf } from './problem.ts';
import type { LocalReceipt } from './receipts-file.ts';
import type { ReceiptSource } from './transport.ts';

const REQUEST_TIMEOUT_MS = 10_000;
const FIRST_WAIT_MS = 100;
const MAX_WAIT_MS = 2_000;

const problemSchema = z.object({ code: z.string(), detail: z.string() }).partial();

/** What the audit trail can show for one event. */
export type Confirmation =
  | { ok: true; receipt: Receipt }
  | { ok: false; reason: 'rejected'; code: string; detail: string }
  | {
      ok: false;
      reason:
        | 'timeout' // not in the log yet; ask again
        | 'unknown_event' // this trail did not send it, so there is no hash to compare with
        | 'unavailable' // the API refuses the question, or there is no way to ask
        | 'does_not_verify' // the receipt is not proof: keep it, and look into it
        | 'hash_mismatch'; // the log holds another event under this id
      detail: string;
    };

/** Asks for receipts and checks them against what this agent hashed itself. */
export class Confirmer {
  readonly #source: ReceiptSource;
  readonly #clock: Clock;
  #verifierKey: string | undefined;
  #chain: KeyChain | undefined;

  /** Without `verifierKey` it is asked of the API once and kept, which proves less: the judged party hands out the key. */
  constructor(source: ReceiptSource, clock: Clock, verifierKey: string | undefined) {
    this.#source = source;
    this.#clock = clock;
    this.#verifierKey = verifierKey;
  }

  async confirm(sent: LocalReceipt, timeoutMs: number): Promise<Confirmation> {
    const answer = await this.#poll(
      sent.agent_id,
      `/v1/audit/receipts/${encodeURIComponent(sent.event_id)}`,
      timeoutMs,
    );
    if (!('receipt' in answer)) return answer;
    const verifierKey = await this.#key(sent.agent_id);
    if (verifierKey === undefined) {
      return { ok: false, reason: 'unavailable', detail: 'no verifier key: give `verifierKey` to the trail' };
    }
    return judge(answer.receipt, sent, await this.#trust(sent.agent_id, answer.receipt, verifierKey));
  }

  /** The key; where the receipt is by another one, the keys that the API shows to follow from it. */
  async #trust(agentId: string, receipt: unknown, verifierKey: string): Promise<Trust> {
    const verdict = verifyReceipt({ receipt }, this.#chain ?? verifierKey);
    if (verdict.verified || verdict.failure.code !== 'unknown_key') return this.#chain ?? verifierKey;
    try {
      const response = await this.#get(agentId, '/v1/audit/log/keys');
      const keys = verifyKeyChain(await answerJson(response), verifierKey);
      if (keys.ok) this.#chain = keys.chain;
    } catch {
      // Without a chain the receipt is by an unknown key, which is what the caller hears.
    }
    return this.#chain ?? verifierKey;
  }

  async #poll(
    agentId: string,
    path: string,
    timeoutMs: number,
  ): Promise<{ receipt: unknown } | Exclude<Confirmation, { ok: true }>> {
    const deadline = this.#clock.now() + timeoutMs;
    let detail = 'the event is not in the log yet';
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, MAX_WAIT_MS)) {
      let pause = wait;
      try {
        const response = await this.#get(agentId, path);
        if (response.status === 200) return { receipt: await answerJson(response) };
        if (response.status === 422) return { ok: false, reason: 'rejected', ...(await problemOf(response)) };
        if (response.status === 401 || response.status === 403) {
          return { ok: false, reason: 'unavailable', detail: `the API answered ${response.status}` };
        }
        // 202: accepted. 404: an event may still be on its way through the queue.
        if (response.status !== 202 && response.status !== 404)
          detail = `the API answered ${response.status}`;
        pause = Math.max(wait, retryAfter(response.headers, this.#clock.now()) ?? 0);
        await response.body?.cancel();
      } catch (error) {
        detail = messageOf(error);
      }
      if (this.#clock.now() + pause > deadline) return { ok: false, reason: 'timeout', detail };
      await this.#clock.sleep(pause);
    }
  }

  async #key(agentId: string): Promise<string | undefined> {
    if (this.#verifierKey !== undefined) return this.#verifierKey;
    try {
      const response = await this.#get(agentId, '/v1/audit/log/key');
      if (response.status === 200) this.#verifierKey = (await answerText(response)).trim();
    } catch {
      return undefined;
    }
    return this.#verifierKey;
  }

  async #get(agentId: string, path: string): Promise<Response> {
    return fetch(`${this.#source.apiUrl}${path}`, {
      headers: {
        authorization: `Bearer ${await this.#source.bearer(agentId)}`,
        accept: 'application/json, text/plain',
      },
      redirect: 'error',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
  }
}

/** The receipt verifies under the key, and is of the very event whose hash was noted on sending. */
function judge(value: unknown, sent: LocalReceipt, trust: Trust): Confirmation {
  const verdict = verifyReceipt({ receipt: value }, trust);
  if (!verdict.verified) {
    return { ok: false, reason: 'does_not_verify', detail: verdict.failure.meaning };
  }
  const receipt = receiptSchema.parse(value);
  // Where the writer committed or moved a field, the sender's hash stands beside the recorded one.
  const same = receipt.content_hash === sent.content_hash || receipt.source_hash === sent.content_hash;
  if (receipt.event_id !== sent.event_id || !same) {
    return {
      ok: false,
      reason: 'hash_mismatch',
      detail: mismatch(receipt, sent),
    };
  }
  return { ok: true, receipt };
}

function mismatch(receipt: Receipt, sent: LocalReceipt): string {
  if (receipt.event_id !== sent.event_id) return 'the receipt is of another event than the one asked for';
  return receipt.source_hash === undefined
    ? 'the receipt does not name the hash that was sent: another event is recorded, or the writer committed fields and what opens the source hash was erased since'
    : 'the receipt names another source hash than the one that was sent';
}

async function problemOf(response: Response): Promise<{ code: string; detail: string }> {
  const parsed = problemSchema.safeParse(await answerJson(response));
  const { code = 'unknown', detail = '' } = parsed.success ? parsed.data : {};
  return { code, detail };
}
