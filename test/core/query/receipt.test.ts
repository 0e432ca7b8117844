import { describe, expect, test } from '@jest/globals';
import { utf8 } from '../../../core/encoding.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { cosignaturesOf, parseWitnessKey } from '../../../core/log/cosignature.ts';
import { parseNote } from '../../../core/log/note.ts';
import { queryEvents } from '../../../core/query/page.ts';
import type { Refused } from '../../../core/query/quarantine.ts';
import { findReceipt } from '../../../core/query/receipt.ts';
import { parseTlogProof } from '../../../core/receipt/tlog-proof.ts';
import { verifyReceipt } from '../../../core/receipt/verify.ts';
import { cosignLatest } from '../../../core/witness/cosign.ts';
import { addCheckpoint } from '../../../core/witness/witness.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { MemoryCosignatures } from '../../support/memory-cosignatures.ts';
import { memoryWitness } from '../../support/memory-witness.ts';
import { FilledLog, strangeDigest } from './filled-log.ts';

const SEED = 7;

function withRefusals(filled: FilledLog, refusals: Record<string, Refused> = {}) {
  return { ...filled.reader, quarantine: { refused: async (name: string) => refusals[name] } };
}

test('every event has a receipt that verifies, by its id and by its content hash', async () => {
  const filled = await FilledLog.open(SEED);
  for (const size of [1, 5, 240, 30, 1]) await filled.appendBatch(size);
  for (const { eventId, contentHash, index } of filled.known.filter(({ index }) => index % 17 === 0)) {
    for (const name of [eventId, contentHash]) {
      const answer = await findReceipt(withRefusals(filled), name);
      if (answer.outcome !== 'recorded') throw new Error(`no receipt for ${index}`);
      const { record, receipt } = answer.found;
      expect(receipt).toMatchObject({ event_id: eventId, content_hash: contentHash, log_index: index });
      const verdict = verifyReceipt({ record, receipt }, filled.verifierKey);
      expect(verdict).toMatchObject({ verified: true });
    }
  }
});

test('a receipt is proven in the tree of its own batch, so it never changes', async () => {
  const filled = await FilledLog.open(SEED);
  await filled.appendBatch(3);
  const { eventId } = filled.known[1] ?? { eventId: '' };
  const before = await findReceipt(withRefusals(filled), eventId);
  await filled.append(4, 90);
  expect(await findReceipt(withRefusals(filled), eventId)).toEqual(before);
});

describe('a receipt of a log with witnesses', () => {
  const NAME = 'witness.example/w1';

  /** Batches of 2, 3, 4 and 5 records, of which the second and the fourth checkpoint were cosigned. */
  async function witnessed() {
    const filled = await FilledLog.open(SEED);
    const witness = await memoryWitness(NAME, [filled.verifierKey]);
    const cosignatures = new MemoryCosignatures();
    const ask = async (_url: string, body: string) => await addCheckpoint(body, witness);
    const asked = [{ url: 'w', verifierKey: witness.verifierKey }];
    for (const [count, cosigned] of [
      [2, false],
      [3, true],
      [4, false],
      [5, true],
      [1, false],
    ] as const) {
      await filled.appendBatch(count);
      if (cosigned) await cosignLatest(filled.reader, asked, { store: cosignatures, ask });
    }
    const key = parseWitnessKey(witness.verifierKey);
    return { filled, cosignatures, witnessKeys: key ? [key] : [] };
  }

  test('is in the smallest tree that one of them cosigned, and bears what was said of it', async () => {
    const { filled, cosignatures, witnessKeys } = await witnessed();
    const trees: Record<number, number> = {};
    for (const { eventId, index } of filled.known) {
      const answer = await findReceipt({ ...withRefusals(filled), cosignatures }, eventId);
      if (answer.outcome !== 'recorded') throw new Error(`no receipt for ${index}`);
      const { record, receipt } = answer.found;
      const verdict = verifyReceipt({ record, receipt }, filled.verifierKey);
      if (!verdict.verified) throw new Error(verdict.failure.code);
      trees[index] = verdict.shown.tree_size;
      const note = parseTlogProof(receipt.proof)?.checkpoint ?? '';
      expect(cosignaturesOf(note, witnessKeys)).toHaveLength(index === 14 ? 0 : 1);
    }
    // The last record came after the last cosignature: it has its own batch's checkpoint until there is one.
    const expected = [5, 5, 5, 5, 5, ...Array.from({ length: 9 }, () => 14), 15];
    expect(trees).toEqual({ ...expected });
  });

  test('has the lines of all witnesses of that size, and never a size that readers may not see yet', async () => {
    const { filled, cosignatures } = await witnessed();
    const [kept] = await cosignatures.covering(1);
    if (!kept) throw new Error('nothing was cosigned');
    await cosignatures.keep({ ...kept, witness: 'another', line: { ...kept.line, name: 'another' } });
    const { eventId = '' } = filled.known[0] ?? {};
    const reader = withRefusals(filled);
    const linesOf = async (store: Pick<MemoryCosignatures, 'covering'>) => {
      const answer = await findReceipt({ ...reader, cosignatures: store }, eventId);
      if (answer.outcome !== 'recorded') throw new Error('no receipt');
      return parseNote(parseTlogProof(answer.found.receipt.proof)?.checkpoint ?? '')?.signatures.map(
        ({ name }) => name,
      );
    };
    expect(await linesOf(cosignatures)).toEqual([filled.log.origin, NAME, 'another']);
    const ahead = { covering: async () => [{ ...kept, size: 99 }] };
    expect(await linesOf(ahead)).toEqual([filled.log.origin]);
  });
});

test('a refused event answers with the reason', async () => {
  const filled = await FilledLog.open(SEED);
  const id = mintEventId(filled.now, filled.random);
  const refused = { quarantineId: 'q1', code: 'claim_expired', detail: 'too late' };
  const reader = withRefusals(filled, { [id]: refused });
  expect(await findReceipt(reader, id)).toEqual({ outcome: 'refused', refused });
});

test('an unknown id may still come for as long as a queue keeps it', async () => {
  const filled = await FilledLog.open(SEED);
  const day = 86_400_000;
  const ask = (at: number) => findReceipt(withRefusals(filled), mintEventId(at, filled.random));
  expect(await ask(filled.now - 13 * day)).toEqual({ outcome: 'unknown', mayStillCome: true });
  expect(await ask(filled.now - 15 * day)).toEqual({ outcome: 'unknown', mayStillCome: false });
  const byHash = await findReceipt(withRefusals(filled), strangeDigest('nothing'));
  expect(byHash).toEqual({ outcome: 'unknown', mayStillCome: false });
  await expect(findReceipt(withRefusals(filled), 'x')).rejects.toMatchObject({ code: 'invalid_request' });
});

test('disclosures are joined for those who may see them, gone once their object is, and not passed over where it is damaged', async () => {
  const filled = await FilledLog.open(SEED);
  const object = 'disclosures/abc';
  await filled.appendBatch(2);
  await filled.appendBatch(2, object);
  const { eventId } = filled.known[3] ?? { eventId: '' };
  const disclosures = [{ salt: 'AAAAAAAAAAAAAAAAAAAAAA', pointer: '/payload/goal', value: 'refund' }];
  filled.cloud.work.set(
    object,
    zlibCodec.gzip(utf8(`${JSON.stringify({ event_id: eventId, disclosures })}\n`)),
  );
  const ask = async (personal: boolean) =>
    (await queryEvents(filled.reader, { category: 'all' }, { order: 'log', limit: 9, personal })).events.map(
      (entry) => entry.disclosures,
    );
  expect(await ask(true)).toEqual([undefined, undefined, undefined, disclosures]);
  expect(await ask(false)).toEqual([undefined, undefined, undefined, undefined]);
  for (const damaged of [utf8('not gzip'), zlibCodec.gzip(utf8('{"event_id":1}\n'))]) {
    filled.cloud.work.set(object, damaged);
    await expect(ask(true)).rejects.toMatchObject({ code: 'integrity' });
    expect(await ask(false)).toHaveLength(4);
  }
  filled.cloud.work.delete(object);
  expect(await ask(true)).toEqual([undefined, undefined, undefined, undefined]);
});
