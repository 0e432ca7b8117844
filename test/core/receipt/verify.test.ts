import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toBase64, toDigestText } from '../../../core/encoding.ts';
import { canonicalBytes, contentHash } from '../../../core/event/canonical.ts';
import { checkpointText } from '../../../core/log/checkpoint.ts';
import { leafHash } from '../../../core/log/merkle.ts';
import type { EntrySource } from '../../../core/receipt/entries-pass.ts';
import { type Verdict, verifyEntries, verifyPage, verifyReceipt } from '../../../core/receipt/verify.ts';
import { readRecord } from '../../../core/receipt/verify-record.ts';
import { SOURCE_HASH_POINTER } from '../../../core/record/disclosed.ts';
import { checkpointAt, consistencyOf, pageOf, receiptOf, signText, verifierKey } from './sample.ts';

type Page = Awaited<ReturnType<typeof pageOf>>;
type PageEvent = Page['events'][number];

const ALL = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];

function codeOf(verdict: Verdict): string {
  return verdict.verified ? 'verified' : verdict.failure.code;
}

function first(page: Page): PageEvent {
  const [event] = page.events;
  if (!event) throw new Error('an empty page');
  return event;
}

test('a page verifies, and says what it showed', async () => {
  const verdict = await verifyPage(await pageOf([9, 2, 3]), verifierKey);

  expect(verdict).toMatchObject({
    verified: true,
    shown: {
      origin: 'audit.example/acme/0000000a',
      tree_size: 12,
      count: 3,
      first_index: 2,
      last_index: 9,
      missing: 5,
      holes: [{ first: 4, last: 8 }],
    },
  });
});

test('a page without records verifies as its checkpoint', async () => {
  const verdict = await verifyPage(await pageOf([]), verifierKey);

  expect(verdict).toMatchObject({ verified: true, shown: { count: 0, missing: 0 } });
});

const crimes: [string, (event: PageEvent) => void][] = [
  ['leaf_hash_mismatch', (event) => Object.assign(event.record, { writer_version: '6.6.6' })],
  [
    'content_hash_mismatch',
    (event) => {
      event.record.event.payload.purpose = 'another';
      event.leaf_hash = toDigestText(leafHash(canonicalBytes(event.record)));
    },
  ],
  [
    'not_included',
    (event) => {
      event.record.event.payload.purpose = 'another';
      Object.assign(event.record, { content_hash: contentHash(event.record.event) });
      event.leaf_hash = toDigestText(leafHash(canonicalBytes(event.record)));
    },
  ],
  ['not_included', (event) => event.proof.path.pop()],
  ['not_included', (event) => Object.assign(event, { log_index: 3, proof: { ...event.proof, index: 3 } })],
  ['index_mismatch', (event) => Object.assign(event, { log_index: 3 })],
  ['proof_of_another_tree', (event) => Object.assign(event.proof, { tree_size: 11 })],
  ['disclosure_mismatch', (event) => Object.assign(event.disclosures?.[0] ?? {}, { value: 'another' })],
  [
    'disclosure_mismatch',
    (event) => Object.assign(event.disclosures?.[0] ?? {}, { pointer: '/payload/none' }),
  ],
  ['disclosure_mismatch', (event) => Object.assign(event.disclosures?.[0] ?? {}, { value: 2 ** 60 })],
  ['entry_malformed', (event) => Object.assign(event, { note: 'not covered by any proof' })],
  ['entry_malformed', (event) => Object.assign(event.proof, { index: -1 })],
  ['entry_malformed', (event) => Object.assign(event, { record: null })],
  ['record_malformed', (event) => Object.assign(event.record, { number: -0 })],
  ['record_malformed', (event) => Object.assign(event.record, { text: 'x'.repeat(20_000) })],
];

test.each(crimes)('%s: the record is named', async (code, crime) => {
  const page = await pageOf([4, 2]);
  const [, victim] = page.events;
  if (!victim) throw new Error('the page is short');
  const eventId = victim.record.event.event_id;
  crime(victim);

  const verdict = await verifyPage(page, verifierKey);

  expect(verdict).toMatchObject({ verified: false, checked: 1, failure: { code, where: { line: 2 } } });
  if (victim.record !== null && !verdict.verified) expect(verdict.failure.where.event_id).toBe(eventId);
});

test('one record may not claim two places, nor two records one', async () => {
  const verdict = await verifyPage(await pageOf([4, 4]), verifierKey);

  expect(verdict).toMatchObject({ failure: { code: 'index_repeated', where: { index: 4, line: 2 } } });
});

test('no single change of a character in a page goes unnoticed, but in what no proof covers', async () => {
  const page = await pageOf([6]);
  const text = JSON.stringify({ events: page.events, checkpoint: page.checkpoint });
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: text.length - 1 }),
      fc.constantFrom('0', 'x', 'A'),
      async (position, character) => {
        fc.pre(text[position] !== character);
        const changed = text.slice(0, position) + character + text.slice(position + 1);
        let parsed: unknown;
        try {
          parsed = JSON.parse(changed);
        } catch {
          return; // no JSON: there is nothing to verify
        }
        expect((await verifyPage(parsed, verifierKey)).verified).toBe(false);
      },
    ),
    { numRuns: 300 },
  );
});

test('hostile input of any shape ends in a verdict', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), async (value) => {
      expect((await verifyPage(value, verifierKey)).verified).toBe(false);
      expect((await verifyPage({ ...(await pageOf([0])), events: [value] }, verifierKey)).verified).toBe(
        false,
      );
      expect(verifyReceipt({ receipt: value }, verifierKey).verified).toBe(false);
    }),
    { numRuns: 50 },
  );
});

test('the bytes of a leaf must be the canonical ones', async () => {
  const { record } = first(await pageOf([0]));

  expect(readRecord(record, { leaf: canonicalBytes(record) }).ok).toBe(true);
  expect(readRecord(record, { leaf: new Uint8Array(1) })).toEqual({
    ok: false,
    code: 'record_not_canonical',
  });
  expect(readRecord({ event: {} })).toEqual({ ok: false, code: 'record_malformed' });
});

test('without the key, or under another, nothing verifies', async () => {
  const page = await pageOf([0]);

  expect(codeOf(await verifyPage(page, 'no key'))).toBe('key_malformed');
  expect(
    codeOf(await verifyPage(page, 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')),
  ).toBe('unknown_key');
  expect(codeOf(await verifyPage({ ...page, checkpoint: 'nothing' }, verifierKey))).toBe('note_malformed');
});

test('a line that could not be read is named', async () => {
  const sources: EntrySource[] = [{ line: 1, unreadable: 'not JSON' }];

  expect(await verifyEntries(sources, await checkpointAt(12), verifierKey)).toMatchObject({
    failure: { code: 'entry_malformed', where: { line: 1 }, detail: 'not JSON' },
  });
});

test('the record before the end of an older checkpoint shows that the log extends it', async () => {
  for (let size = 1; size <= 12; size++) {
    const other = { checkpoint: await checkpointAt(size) };
    const verdict = await verifyPage(await pageOf(ALL), verifierKey, other);
    expect(verdict).toMatchObject({ verified: true, shown: { consistent_with: size } });
  }
});

test('a consistency proof shows it without that record, in both directions', async () => {
  const checkpoint = await checkpointAt(7);

  const older = await verifyPage(await pageOf([0]), verifierKey, {
    checkpoint,
    consistency: await consistencyOf(7, 12),
  });
  const newer = await verifyPage(await pageOf([0], 5), verifierKey, {
    checkpoint,
    consistency: await consistencyOf(5, 7),
  });

  expect(older).toMatchObject({ verified: true, shown: { consistent_with: 7 } });
  expect(newer).toMatchObject({ verified: true, shown: { consistent_with: 7 } });
});

test('every log extends the empty one', async () => {
  const verdict = await verifyPage(await pageOf([0]), verifierKey, { checkpoint: await checkpointAt(0) });

  expect(verdict).toMatchObject({ verified: true, shown: { consistent_with: 0 } });
});

test('where nothing connects the two checkpoints, that is said, and is no success', async () => {
  const page = await pageOf([0]);
  const checkpoint = await checkpointAt(7);
  const wrong = { ...(await consistencyOf(7, 12)), path: [] };

  expect(codeOf(await verifyPage(page, verifierKey, { checkpoint }))).toBe('consistency_not_shown');
  expect(codeOf(await verifyPage(page, verifierKey, { checkpoint, consistency: wrong }))).toBe(
    'consistency_not_shown',
  );
  const other = { checkpoint, consistency: await consistencyOf(6, 12) };
  expect(codeOf(await verifyPage(page, verifierKey, other))).toBe('consistency_not_shown');
  const newer = { checkpoint: await checkpointAt(12) };
  expect(codeOf(await verifyPage(await pageOf([0], 5), verifierKey, newer))).toBe('consistency_not_shown');
});

test('a rewritten history shows against a checkpoint that somebody kept', async () => {
  const [origin = ''] = (await checkpointAt(1)).split('\n');
  for (const size of [7, 12]) {
    const forked = await signText(checkpointText(origin, size, new Uint8Array(32)));
    expect(codeOf(await verifyPage(await pageOf(ALL), verifierKey, { checkpoint: forked }))).toBe(
      'older_checkpoint_inconsistent',
    );
  }
  expect(codeOf(await verifyPage(await pageOf(ALL), verifierKey, { checkpoint: 'none' }))).toBe(
    'older_checkpoint_invalid',
  );
});

test('a receipt verifies, alone and with its record and disclosures', async () => {
  const { record, receipt, disclosures } = await receiptOf(6);

  expect(verifyReceipt({ receipt }, verifierKey)).toMatchObject({
    verified: true,
    shown: { first_index: 6 },
  });
  expect(verifyReceipt({ receipt, record, disclosures }, verifierKey).verified).toBe(true);
});

test('a source hash that is disclosed must be the one of the receipt', async () => {
  const { disclosures } = await receiptOf(0);
  const disclosed = disclosures.find(({ pointer }) => pointer === SOURCE_HASH_POINTER);
  const sourceHash = disclosed?.value as `sha256:${string}`;
  const good = await receiptOf(0, sourceHash);
  const bad = await receiptOf(0, `sha256:${'0'.repeat(64)}`);

  expect(verifyReceipt(good, verifierKey).verified).toBe(true);
  expect(codeOf(verifyReceipt(bad, verifierKey))).toBe('receipt_of_another_record');
});

test('a receipt of another record, place, tree or log does not verify', async () => {
  const { record, receipt, disclosures } = await receiptOf(0);
  const other = await receiptOf(7);
  const judge = (given: object) =>
    codeOf(verifyReceipt({ record, receipt, disclosures, ...given }, verifierKey));

  expect(judge({})).toBe('verified');
  expect(judge({ record: other.record })).toBe('leaf_hash_mismatch');
  expect(judge({ receipt: { ...receipt, event_id: other.receipt.event_id } })).toBe(
    'receipt_of_another_record',
  );
  expect(judge({ receipt: { ...receipt, log_index: 7 } })).toBe('index_mismatch');
  expect(judge({ receipt: { ...receipt, leaf_hash: other.receipt.leaf_hash } })).toBe('not_included');
  expect(judge({ receipt: { ...receipt, proof: 'none' } })).toBe('proof_malformed');
  expect(judge({ receipt: { ...receipt, note: 'more' } })).toBe('receipt_malformed');
  expect(judge({ receipt: { ...receipt, proof: receipt.proof.replace('\n12\n', '\n13\n') } })).toBe(
    'signature_invalid',
  );
  expect(judge({ disclosures: [{ salt: 'x' }] })).toBe('disclosure_mismatch');
  expect(
    judge({ disclosures: disclosures.map((one) => ({ ...one, value: toBase64(new Uint8Array(3)) })) }),
  ).toBe('disclosure_mismatch');
});
