import { beforeAll, describe, expect, test } from '@jest/globals';
import { checkpointText, signCheckpoint } from '../../../core/log/checkpoint.ts';
import { cosignaturesOf, parseWitnessKey, verifyCosignature } from '../../../core/log/cosignature.ts';
import { formatNote, parseNote } from '../../../core/log/note.ts';
import { consistencyProof } from '../../../core/log/proof.ts';
import { nodesOfTiles } from '../../../core/log/tile-reader.ts';
import type { LogReader } from '../../../core/query/log-reader.ts';
import { tilesOf } from '../../../core/query/tile-source.ts';
import { append } from '../../../core/sequencer/append.ts';
import { openLog } from '../../../core/sequencer/genesis.ts';
import type { Log } from '../../../core/sequencer/log.ts';
import { formatAddCheckpoint, parseAddCheckpoint, parseLines } from '../../../core/witness/add-checkpoint.ts';
import { type AskWitness, cosignLatest } from '../../../core/witness/cosign.ts';
import { withCosignatures } from '../../../core/witness/cosignatures.ts';
import { addCheckpoint, type WitnessTerms } from '../../../core/witness/witness.ts';
import { candidates } from '../../support/candidates.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';
import { MemoryCosignatures } from '../../support/memory-cosignatures.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { memoryWitness } from '../../support/memory-witness.ts';
import { OWN_KEYS } from '../../support/own-log.ts';

const NAME = 'witness.example/w1';
let cloud: MemoryCloud;
let log: Log;
let reader: LogReader;
let verifierKey: string;
/** The checkpoints of the sizes 0, 3, 8 and 20. */
const notes: string[] = [];

beforeAll(async () => {
  cloud = new MemoryCloud(new Uint8Array(32).fill(1));
  log = memoryLog(cloud);
  ({ verifierKey } = await openLog(log));
  reader = { ...log, table: cloud.table(), keys: OWN_KEYS };
  notes.push(cloud.head?.checkpoint ?? '');
  for (const count of [3, 5, 12]) await grow(count);
});

async function grow(count: number): Promise<void> {
  await append(candidates(count), { policyVersion: 1, deadline: Number.MAX_SAFE_INTEGER }, log);
  notes.push(cloud.head?.checkpoint ?? '');
}

async function request(old: number, note: string, size: number): Promise<string> {
  const nodes = nodesOfTiles(20, tilesOf(20, reader.table, reader.archive));
  return formatAddCheckpoint({ old, proof: await consistencyProof(old, size, nodes), checkpoint: note });
}

const [ZERO, THREE, EIGHT, TWENTY] = [0, 1, 2, 3];
const noteOf = (position: number) => notes[position] ?? '';

describe('a witness', () => {
  let witness: Awaited<ReturnType<typeof memoryWitness>>;
  const ask = (body: string, terms: WitnessTerms = witness) => addCheckpoint(body, terms);

  test('cosigns a log that only ever grows', async () => {
    witness = await memoryWitness(NAME, [verifierKey]);
    const key = parseWitnessKey(witness.verifierKey);
    if (!key) throw new Error('no key');
    for (const [old, position, size] of [
      [0, ZERO, 0],
      [0, THREE, 3],
      [3, EIGHT, 8],
      [8, EIGHT, 8],
      [8, TWENTY, 20],
    ] as const) {
      const { status, body } = await ask(await request(old, noteOf(position), size));
      expect(status).toBe(200);
      const [line] = parseLines(body) ?? [];
      const text = parseNote(noteOf(position))?.text ?? '';
      expect(line && verifyCosignature(line, key, text)).toEqual({
        name: NAME,
        time: Date.UTC(2026, 10, 24, 12) / 1_000,
      });
      expect(line && verifyCosignature(line, key, `${text}x`)).toBeUndefined();
    }
  });

  test('names the size that it knows to who asks from another', async () => {
    for (const old of [0, 3]) {
      expect(await ask(await request(old, noteOf(TWENTY), 20))).toEqual({
        status: 409,
        body: '20\n',
        type: 'text/x.tlog.size',
      });
    }
  });

  test('never cosigns a second root for a size', async () => {
    const text = checkpointText(log.origin, 20, new Uint8Array(32).fill(7));
    const fork = await signCheckpoint(text, verifierKey, (message) => log.signers[0].sign(message));
    expect(await ask(formatAddCheckpoint({ old: 20, proof: [], checkpoint: fork }))).toMatchObject({
      status: 409,
    });
  });

  test('never cosigns a log that does not extend what it saw', async () => {
    const text = checkpointText(log.origin, 30, new Uint8Array(32).fill(7));
    const fork = await signCheckpoint(text, verifierKey, (message) => log.signers[0].sign(message));
    const proof = [new Uint8Array(32), new Uint8Array(32)];
    expect(await ask(formatAddCheckpoint({ old: 20, proof, checkpoint: fork }))).toMatchObject({
      status: 422,
    });
    expect(witness.seen.get(log.origin)?.size).toBe(20);
  });

  test.each([
    ['nothing', '', 400],
    ['no size', 'old x\n\nnote', 400],
    ['no note', 'old 20\n\nnote', 400],
    ['a size beyond its checkpoint', undefined, 400],
  ])('refuses a request with %s', async (_, body, status) => {
    const given = body ?? formatAddCheckpoint({ old: 21, proof: [], checkpoint: noteOf(TWENTY) });
    expect(await ask(given)).toMatchObject({ status });
  });

  test('does not know other logs, and no other key of this one', async () => {
    const stranger = await memoryWitness(NAME, []);
    expect(await ask(await request(0, noteOf(THREE), 3), stranger)).toMatchObject({ status: 404 });
    const other = memoryLog(new MemoryCloud(new Uint8Array(32).fill(2)));
    const forged = await openLog(other);
    const fresh = await memoryWitness(NAME, [verifierKey]);
    const body = formatAddCheckpoint({ old: 0, proof: [], checkpoint: forged.checkpoint });
    expect(await ask(body, fresh)).toMatchObject({ status: 403 });
    expect(fresh.seen.size).toBe(0);
  });
});

describe('a request', () => {
  test('is read as it was written', () => {
    const given = {
      old: 7,
      proof: [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)],
      checkpoint: noteOf(EIGHT),
    };
    expect(parseAddCheckpoint(formatAddCheckpoint(given))).toEqual(given);
  });

  test.each([
    ['a size with a zero before it', 'old 07\n\nx'],
    ['a size beyond 2^53', 'old 9007199254740993\n\nx'],
    ['a hash of another length', 'old 7\nAAAA\n\nx'],
    ['64 hashes', `old 7\n${'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n'.repeat(64)}\nx`],
  ])('with %s is none', (_, body) => expect(parseAddCheckpoint(body)).toBeUndefined());
});

describe('a log with witnesses', () => {
  const byUrl = (witnesses: Record<string, WitnessTerms | AskWitness>): AskWitness => {
    return async (url, body) => {
      const witness = witnesses[url];
      if (typeof witness === 'function') return await witness(url, body);
      return witness ? await addCheckpoint(body, witness) : { status: 404, body: '' };
    };
  };
  const down: AskWitness = async () => ({ status: 503, body: 'down' });
  const lying: AskWitness = async () => ({ status: 200, body: '— liar AAAAAAAA\n' });

  test('has its checkpoint cosigned by those that are up, and is not stopped by the others', async () => {
    const up = await memoryWitness(NAME, [verifierKey]);
    const others = await Promise.all(['down', 'liar'].map((name) => memoryWitness(name, [])));
    const store = new MemoryCosignatures();
    const ask = byUrl({ up, down, lying });
    const witnesses = [
      { url: 'up', verifierKey: up.verifierKey },
      { url: 'down', verifierKey: others[0]?.verifierKey ?? '' },
      { url: 'lying', verifierKey: others[1]?.verifierKey ?? '' },
    ];
    const outcomes = await cosignLatest(reader, witnesses, { store, ask });
    expect(outcomes).toEqual([
      { witness: NAME, outcome: 'cosigned', size: 20 },
      { witness: 'down', outcome: 'failed', problem: 'the witness answered 503', contradicts: false },
      {
        witness: 'liar',
        outcome: 'failed',
        problem: expect.stringContaining('not its cosignature'),
        contradicts: false,
      },
    ]);
    const served = withCosignatures(cloud.head?.checkpoint ?? '', await store.all());
    const keys = witnesses.map((one) => parseWitnessKey(one.verifierKey)).filter((key) => key !== undefined);
    expect(cosignaturesOf(served, keys)).toEqual([{ name: NAME, time: Date.UTC(2026, 10, 24, 12) / 1_000 }]);
    expect(parseNote(served)?.signatures).toHaveLength(2);
  });

  test('asks again from what the witness knows, where its own memory is behind or lost', async () => {
    const witness = await memoryWitness(NAME, [verifierKey]);
    await addCheckpoint(await request(0, noteOf(EIGHT), 8), witness);
    const ports = { store: new MemoryCosignatures(), ask: byUrl({ up: witness }) };
    const witnesses = [{ url: 'up', verifierKey: witness.verifierKey }];
    expect(await cosignLatest(reader, witnesses, ports)).toMatchObject([{ outcome: 'cosigned', size: 20 }]);
    expect(await cosignLatest(reader, witnesses, ports)).toMatchObject([{ outcome: 'known', size: 20 }]);
    ports.store.newest.clear();
    expect(await cosignLatest(reader, witnesses, ports)).toMatchObject([{ outcome: 'cosigned', size: 20 }]);
  });

  test('that was cut off or rewritten is contradicted, and that is said', async () => {
    const witness = await memoryWitness(NAME, [verifierKey]);
    const witnesses = [{ url: 'up', verifierKey: witness.verifierKey }];
    const ask = byUrl({ up: witness });
    for (const seen of [
      { size: 99, root: new Uint8Array(32) },
      { size: 20, root: new Uint8Array(32) },
    ]) {
      witness.seen.set(log.origin, seen);
      expect(await cosignLatest(reader, witnesses, { store: new MemoryCosignatures(), ask })).toEqual([
        {
          witness: NAME,
          outcome: 'failed',
          problem: `the witness knows another log of ${seen.size} records`,
          contradicts: true,
        },
      ]);
    }
    // It saw another log of eight records: the consistency proof from there does not hold for it.
    witness.seen.set(log.origin, { size: 8, root: new Uint8Array(32) });
    const [outcome] = await cosignLatest(reader, witnesses, { store: new MemoryCosignatures(), ask });
    expect(outcome).toMatchObject({
      outcome: 'failed',
      problem: 'the witness answered 422',
      contradicts: true,
    });
  });

  test.each([
    ['no size', 'refused\n', 'the witness named no size with its refusal'],
    ['another size each time', undefined, 'the witness named two sizes in a row'],
  ])('asks no third time where a witness names %s', async (_, body, problem) => {
    const [witness] = [await memoryWitness(NAME, [verifierKey])];
    let asked = 0;
    const ask: AskWitness = async () => ({ status: 409, body: body ?? `${asked++ === 0 ? 3 : 8}\n` });
    const witnesses = [{ url: 'up', verifierKey: witness.verifierKey }];
    const [outcome] = await cosignLatest(reader, witnesses, { store: new MemoryCosignatures(), ask });
    expect(outcome).toMatchObject({ outcome: 'failed', problem });
  });

  test('serves at most sixteen signatures, and those of this size alone', () => {
    const line = { name: 'w', keyId: '00000000', signature: new Uint8Array(72) };
    const kept = Array.from({ length: 20 }, (_, n) => ({
      witness: `w${n}`,
      size: n % 2 === 0 ? 20 : 8,
      line,
      time: 0,
    }));
    const served = parseNote(withCosignatures(noteOf(TWENTY), [...kept, ...kept]));
    expect(served?.signatures.length).toBe(16);
    expect(withCosignatures(noteOf(THREE), kept)).toBe(noteOf(THREE));
    expect(formatNote(served?.text ?? '', served?.signatures ?? [])).toContain(noteOf(TWENTY).trimEnd());
  });
});
