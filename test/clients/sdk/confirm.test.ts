import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { https } from '../../../clients/sdk/https.ts';
import { fromBase64Url, utf8 } from '../../../core/encoding.ts';
import { checkpointText, signCheckpoint } from '../../../core/log/checkpoint.ts';
import { leafHash } from '../../../core/log/merkle.ts';
import { formatVerifierKey } from '../../../core/log/note.ts';
import { makeReceipt, type Receipt } from '../../../core/receipt/receipt.ts';
import { type Answer, type Heard, withServer } from './loopback.ts';
import { memoryTrail } from './memory-transport.ts';

const ORIGIN = 'audit.example/acme/0a1b2c3d';
const pair = generateKeyPairSync('ed25519');
const VERIFIER_KEY = formatVerifierKey(
  ORIGIN,
  fromBase64Url(String(pair.publicKey.export({ format: 'jwk' }).x)),
);

/** The receipt of `event` as the only leaf of a log. */
async function receiptOf(eventId: string, content_hash: Receipt['content_hash']): Promise<Receipt> {
  const root = leafHash(utf8(`the record of ${eventId}`));
  const checkpoint = await signCheckpoint(checkpointText(ORIGIN, 1, root), VERIFIER_KEY, async (message) =>
    sign(null, message, pair.privateKey),
  );
  const record = {
    content_hash,
    recorded_at: '2026-11-24T09:00:01.000Z',
    event: { event_id: eventId as never },
  };
  return makeReceipt(record, root, { index: 0, path: [], checkpoint });
}

/** Records one event through an API whose receipts route answers as `answer` says. */
async function confirmed(
  answer: (
    sent: { event_id: string; content_hash: Receipt['content_hash'] },
    asked: number,
  ) => Promise<Answer>,
  options: { verifierKey?: string } = { verifierKey: VERIFIER_KEY },
) {
  let asked = 0;
  let result: unknown;
  let lines: unknown[] = [];
  let requests: readonly Heard[] = [];
  const receipts: Receipt[] = [];
  let directory = '';
  const api = async ({ method, path }: Heard): Promise<Answer> => {
    if (method === 'POST') return { status: 202, body: { accepted: [], rejected: [] } };
    if (path === '/v1/audit/log/key') return { status: 200, body: `${VERIFIER_KEY}\n` };
    const text = readFileSync(join(directory, 'receipts.ndjson'), 'utf8');
    return answer(JSON.parse(text.split('\n')[0] ?? ''), asked++);
  };
  await withServer(api, async (url, heard) => {
    const made = memoryTrail({
      transport: https({ apiUrl: url, token: 't' }),
      onReceipt: (receipt) => receipts.push(receipt),
      ...options,
    });
    directory = made.directory;
    const task = made.trail.startTask({ goal: 'g', user_id: 'u' });
    await made.trail.flush();
    result = await made.trail.confirm(task.eventId, { timeoutMs: 5_000 });
    await made.trail.close();
    lines = readFileSync(join(directory, 'receipts.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    requests = heard;
  });
  return { result, receipts, lines, requests };
}

test('an event is confirmed when the log holds it: after waiting, by a receipt that verifies, of the hash that was sent', async () => {
  const { result, receipts, lines } = await confirmed(async (sent, asked) =>
    asked < 2
      ? { status: asked === 0 ? 404 : 202 }
      : { status: 200, body: await receiptOf(sent.event_id, sent.content_hash) },
  );
  expect(result).toMatchObject({ ok: true, receipt: { log_index: 0 } });
  expect(receipts).toHaveLength(1);
  expect(lines[1]).toEqual({ event_id: receipts[0]?.event_id, receipt: receipts[0] });
});

test('where the writer changed the event, the source hash of the receipt counts', async () => {
  const { result } = await confirmed(async (sent) => {
    const receipt = await receiptOf(sent.event_id, `sha256:${'0'.repeat(64)}`);
    return { status: 200, body: { ...receipt, source_hash: sent.content_hash } };
  });
  expect(result).toMatchObject({ ok: true });
});

test('a receipt with another hash or of another event does not confirm', async () => {
  const other = await confirmed(async (sent) => ({
    status: 200,
    body: await receiptOf(sent.event_id, `sha256:${'0'.repeat(64)}`),
  }));
  expect(other.result).toMatchObject({ ok: false, reason: 'hash_mismatch' });
  const foreign = await confirmed(async (sent) => ({
    status: 200,
    body: await receiptOf('01932f6e-0000-7000-8000-000000000000', sent.content_hash),
  }));
  expect(foreign.result).toMatchObject({ ok: false, reason: 'hash_mismatch' });
  expect(foreign.receipts).toEqual([]);
});

test('a receipt that does not verify, or is none, does not confirm', async () => {
  const forged = await confirmed(async (sent) => {
    const receipt = await receiptOf(sent.event_id, sent.content_hash);
    return { status: 200, body: { ...receipt, leaf_hash: `sha256:${'1'.repeat(64)}` } };
  });
  expect(forged.result).toMatchObject({ ok: false, reason: 'does_not_verify' });
  const none = await confirmed(async () => ({ status: 200, body: 'no receipt' }));
  expect(none.result).toMatchObject({ ok: false, reason: 'does_not_verify' });
});

test('a refused event tells why; a token that may not ask, and time running out, are answers too', async () => {
  const refused = await confirmed(async () => ({
    status: 422,
    body: { code: 'agent_not_allowed', detail: 'The emitter may not speak for this agent.' },
  }));
  expect(refused.result).toMatchObject({ ok: false, reason: 'rejected', code: 'agent_not_allowed' });
  const forbidden = await confirmed(async () => ({ status: 403 }));
  expect(forbidden.result).toMatchObject({ ok: false, reason: 'unavailable' });
  const late = await confirmed(async () => ({ status: 202 }));
  expect(late.result).toMatchObject({ ok: false, reason: 'timeout' });
});

test('a given key is never asked for; without one it is fetched', async () => {
  const answer = async (sent: { event_id: string; content_hash: Receipt['content_hash'] }) => ({
    status: 200,
    body: await receiptOf(sent.event_id, sent.content_hash),
  });
  const paths = ({ requests }: { requests: readonly Heard[] }) => requests.map(({ path }) => path);
  expect(paths(await confirmed(answer))).not.toContain('/v1/audit/log/key');
  const fetched = await confirmed(answer, {});
  expect(paths(fetched)).toContain('/v1/audit/log/key');
  expect(fetched.result).toMatchObject({ ok: true });
});

test('an event that this trail never sent, or a way without an API, is not confirmed', async () => {
  const { trail } = memoryTrail();
  const { eventId } = trail.startTask({ goal: 'g', user_id: 'u' });
  expect(await trail.confirm(eventId)).toMatchObject({ ok: false, reason: 'unknown_event' });
  await trail.flush();
  expect(await trail.confirm(eventId)).toMatchObject({ ok: false, reason: 'unavailable' });
  await trail.close();
});
