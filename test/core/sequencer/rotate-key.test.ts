import { beforeAll, describe, expect, test } from '@jest/globals';
import { fromUtf8, utf8 } from '../../../core/encoding.ts';
import { openCheckpoint } from '../../../core/log/checkpoint.ts';
import { formatNote, parseNote } from '../../../core/log/note.ts';
import { readFirstKey, readKeyChain } from '../../../core/query/key-chain.ts';
import type { LogReader } from '../../../core/query/log-reader.ts';
import { queryEvents } from '../../../core/query/page.ts';
import { findReceipt } from '../../../core/query/receipt.ts';
import { type KeyChain, openTrusted, verifyKeyChain } from '../../../core/receipt/key-chain.ts';
import { verifyPage, verifyReceipt } from '../../../core/receipt/verify.ts';
import { verifyArchive } from '../../../core/receipt/verify-archive.ts';
import { append } from '../../../core/sequencer/append.ts';
import { openLog } from '../../../core/sequencer/genesis.ts';
import type { Log } from '../../../core/sequencer/log.ts';
import { rebuildTable } from '../../../core/sequencer/rebuild.ts';
import { rotateKey } from '../../../core/sequencer/rotate-key.ts';
import { signSize } from '../../../core/sequencer/sign-size.ts';
import { type ArchiveCopy, copyOf, filesOf } from '../../support/archive-copy.ts';
import { candidates } from '../../support/candidates.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';
import { memoryLog, memoryTerms } from '../../support/memory-log.ts';
import { OWN_KEYS } from '../../support/own-log.ts';

const TERMS = { policyVersion: 1, deadline: Number.MAX_SAFE_INTEGER };
const ACT = { actor: 'ada', requestId: 'r-1', deadline: Number.MAX_SAFE_INTEGER };
const signerOf = (octet: number) => new MemoryCloud(new Uint8Array(32).fill(octet)).signer();

/** Three keys, two rotations, and records before, between and after them. */
let cloud: MemoryCloud;
let log: Log;
let reader: LogReader;
let firstKey: string;
let chain: KeyChain;
const checkpoints: string[] = [];
const eventIds: string[] = [];

async function add(count: number): Promise<void> {
  const batch = candidates(count);
  await append(batch, TERMS, log);
  eventIds.push(...batch.map(({ eventId }) => eventId));
  checkpoints.push(cloud.head?.checkpoint ?? '');
}

async function handOver(octet: number) {
  log = { ...log, signers: [log.signers.at(-1) ?? log.signers[0], signerOf(octet)] };
  const rotation = await rotateKey(memoryTerms(log), ACT);
  checkpoints.push(cloud.head?.checkpoint ?? '');
  return rotation;
}

beforeAll(async () => {
  cloud = new MemoryCloud(new Uint8Array(32).fill(1));
  log = memoryLog(cloud);
  firstKey = (await openLog(log)).verifierKey;
  await add(3);
  expect(await handOver(2)).toMatchObject({ outcome: 'rotated', previous: firstKey, size: 4 });
  await add(2);
  expect(await handOver(3)).toMatchObject({ outcome: 'rotated', size: 7 });
  await add(2);
  reader = { ...log, table: cloud.table(), keys: OWN_KEYS };
  const verified = verifyKeyChain(await readKeyChain(reader), firstKey);
  if (!verified.ok) throw new Error(verified.reason);
  chain = verified.chain;
});

describe('a log whose key was rotated', () => {
  test('gives a chain that leads from the first key to the one that signs now', async () => {
    expect(await readFirstKey(reader)).toBe(firstKey);
    expect(chain.keys.map(({ firstSize }) => firstSize)).toEqual([0, 4, 7]);
    expect(chain.keys.at(-1)?.verifierKey).toBe(cloud.head?.verifierKey);
  });

  test('hands over in one note that both keys signed, under a record of its own', () => {
    expect(checkpoints.map((note) => parseNote(note)?.signatures.length)).toEqual([1, 2, 1, 2, 1]);
    for (const key of chain.keys.slice(0, 2))
      expect(openCheckpoint(checkpoints[1] ?? '', key.verifierKey)).toMatchObject({ ok: true });
  });

  test('proves old and new records from the first key', async () => {
    const quarantine = { refused: async () => undefined };
    for (const eventId of eventIds) {
      const answer = await findReceipt({ ...reader, quarantine }, eventId);
      if (answer.outcome !== 'recorded') throw new Error(`${eventId} is not in the log`);
      expect(verifyReceipt(answer.found, chain)).toMatchObject({ verified: true });
    }
    const page = await queryEvents(reader, { category: 'all' }, { order: 'log', limit: 100, personal: true });
    expect(await verifyPage(page, chain)).toMatchObject({ verified: true, shown: { count: 9, missing: 0 } });
  });

  test('is consistent with a checkpoint that an older key signed', async () => {
    const page = await queryEvents(reader, { category: 'all' }, { order: 'log', limit: 100, personal: true });
    for (const checkpoint of checkpoints)
      expect(await verifyPage(page, chain, { checkpoint })).toMatchObject({ verified: true });
  });

  test('without the chain is signed by an unknown key', async () => {
    const page = await queryEvents(reader, { category: 'all' }, { order: 'log', limit: 100, personal: true });
    expect(await verifyPage(page, firstKey)).toMatchObject({
      verified: false,
      failure: { code: 'unknown_key' },
    });
  });

  test('is rebuilt from the archive with its chain, byte for byte', async () => {
    const before = structuredClone({ items: [...cloud.items].sort(), head: cloud.head });
    cloud.items.clear();
    cloud.head = undefined;
    const terms = { check: false, overLive: false, deadline: Number.MAX_SAFE_INTEGER };
    expect(await rebuildTable(log, terms)).toMatchObject({ outcome: 'rebuilt', size: 9 });
    expect({ items: [...cloud.items].sort(), head: cloud.head }).toEqual(before);
  });

  test('leaves its keys in the archive, and what shows that each follows, so that a copy verifies from the first', async () => {
    const copy = copyOf(cloud);
    const names = [...copy.keys()].filter((name) => name.startsWith('key/')).sort();
    const numbered = ['0', '4', '7'].map((size) => `key/${size.padStart(20, '0')}`);
    expect(names).toEqual([
      numbered[0],
      numbered[1],
      `${numbered[1]}.json`,
      numbered[2],
      `${numbered[2]}.json`,
    ]);
    const [, ...links] = (await readKeyChain(reader)).keys;
    for (const [position, link] of links.entries()) {
      const text = fromUtf8(copy.get(`${numbered[position + 1]}.json`) ?? new Uint8Array());
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(link)));
      expect(fromUtf8(copy.get(numbered[position + 1] ?? '') ?? new Uint8Array())).toBe(
        `${link.verifier_key}\n`,
      );
    }
    expect(await verifyArchive(filesOf(copy), firstKey)).toMatchObject({
      verified: true,
      shown: { count: 9 },
    });
  });

  test.each<[string, (copy: ArchiveCopy, at: (size: number) => string) => void, string]>([
    [
      'with the link of another size',
      (copy, at) => copy.set(`${at(7)}.json`, copy.get(`${at(4)}.json`) ?? new Uint8Array()),
      'not of this size',
    ],
    ['without the key beside its link', (copy, at) => copy.delete(at(4)), 'not of this key'],
    [
      'with another key beside its link',
      (copy, at) => copy.set(at(4), copy.get(at(7)) ?? new Uint8Array()),
      'not of this key',
    ],
    ['with a key that is no text', (copy, at) => copy.set(at(4), new Uint8Array([0xff])), 'not of this key'],
    [
      'with a link that is no JSON',
      (copy, at) => copy.set(`${at(4)}.json`, new Uint8Array([0x7b])),
      'not of this key',
    ],
    [
      'with a link that was altered',
      (copy, at) => {
        const text = fromUtf8(copy.get(`${at(4)}.json`) ?? new Uint8Array());
        copy.set(`${at(4)}.json`, utf8(text.replace('"ada"', '"eve"')));
      },
      'key 2 does not follow',
    ],
    ['with a link left out', (copy, at) => copy.delete(`${at(4)}.json`), 'key 2 does not follow'],
  ])('a copy of its archive %s does not verify', async (_, change, detail) => {
    const copy = copyOf(cloud);
    change(copy, (size) => `key/${String(size).padStart(20, '0')}`);
    expect(await verifyArchive(filesOf(copy), firstKey)).toMatchObject({
      verified: false,
      failure: { code: 'key_chain_broken', detail: expect.stringContaining(detail) },
    });
  });

  test('a copy of its archive verifies with a chain that came by another way, too', async () => {
    const copy = copyOf(cloud);
    for (const name of copy.keys()) if (name.startsWith('key/')) copy.delete(name);
    expect(await verifyArchive(filesOf(copy), chain)).toMatchObject({ verified: true });
    expect(await verifyArchive(filesOf(copy), firstKey)).toMatchObject({ failure: { code: 'unknown_key' } });
  });

  test('rotates no further without a further key', async () => {
    const size = cloud.head?.size;
    expect(await rotateKey(memoryTerms(log), ACT)).toEqual({
      outcome: 'current',
      verifierKey: cloud.head?.verifierKey,
    });
    expect(cloud.head?.size).toBe(size);
  });
});

test('of two that rotate at once one does, and the log is handed over once', async () => {
  const own = new MemoryCloud(new Uint8Array(32).fill(5));
  const first = memoryLog(own);
  await openLog(first);
  const both: Log = { ...first, signers: [first.signers[0], signerOf(6)] };
  const outcomes = await Promise.all([1, 2].map(() => rotateKey(memoryTerms(both), ACT)));
  expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['current', 'rotated']);
  expect(own.head).toMatchObject({ size: 1, state: 'FINAL' });
});

test('a hand-over whose writer died is finished by another, with both signatures', async () => {
  const own = new MemoryCloud(new Uint8Array(32).fill(5));
  const first = memoryLog(own);
  const firstOfOwn = (await openLog(first)).verifierKey;
  const both: Log = { ...first, signers: [first.signers[0], signerOf(6)] };
  const dead = { publicKey: () => signerOf(6).publicKey(), sign: () => Promise.reject(new Error('killed')) };
  const dying: Log = { ...both, signers: [first.signers[0], dead] };
  await expect(rotateKey(memoryTerms(dying), ACT)).rejects.toThrow('killed');
  expect(own.head).toMatchObject({ state: 'COMMITTED', size: 1 });
  await append(candidates(1), TERMS, both);
  const ownReader = { ...both, table: own.table(), keys: OWN_KEYS };
  expect(verifyKeyChain(await readKeyChain(ownReader), firstOfOwn)).toMatchObject({ ok: true });
  expect(own.head).toMatchObject({ state: 'FINAL', size: 2 });
});

describe('under the chain', () => {
  const signAt = (size: number, octet: number) =>
    signSize(
      size,
      new Uint8Array(32).fill(9),
      { verifierKey: chain.keys[octet - 1]?.verifierKey ?? '' },
      { origin: log.origin, signers: [signerOf(octet)] },
    );

  test.each([
    ['the first key at a size after its rotation', 5, 1, 'key_retired'],
    ['the second key at a size after its rotation', 8, 2, 'key_retired'],
    ['the second key before it had taken over', 3, 2, 'key_not_yet_valid'],
    ['the third key before it had taken over', 6, 3, 'key_not_yet_valid'],
  ])('%s is refused', async (_, size, octet, failure) => {
    expect(openTrusted(await signAt(size, octet), chain)).toEqual({ ok: false, failure });
  });

  test('a key that is not in it is unknown', async () => {
    const other = new MemoryCloud(new Uint8Array(32).fill(77));
    const stranger = memoryLog(other);
    const { checkpoint } = await openLog(stranger);
    expect(openTrusted(checkpoint, chain)).toEqual({ ok: false, failure: 'unknown_key' });
  });
});

describe('a chain does not verify', () => {
  type Chain = Awaited<ReturnType<typeof readKeyChain>>;
  const links: [string, (given: Chain) => unknown, RegExp][] = [
    ['that is none', () => 'keys', /it is not/],
    ['that begins elsewhere', ({ keys }) => ({ keys: keys.slice(1) }), /begins with another key/],
    ['with a link left out', ({ keys }) => ({ keys: [keys[0], keys[2]] }), /not signed by the key before/],
    ['with a link twice', ({ keys }) => ({ keys: [keys[0], keys[1], keys[1]] }), /larger size/],
    [
      'whose link names another size',
      ({ keys: [a, b] }) => ({ keys: [a, { ...b, first_size: 5 }] }),
      /of another size/,
    ],
    [
      'whose link has no rotation',
      ({ keys: [a, b] }) => ({ keys: [a, { verifier_key: b?.verifier_key, first_size: 4 }] }),
      /no rotation/,
    ],
    [
      'whose record names another key',
      ({ keys: [a, b] }) => {
        const text = JSON.stringify(b).replace(b?.verifier_key ?? '', a?.verifier_key ?? '');
        return { keys: [a, JSON.parse(text)] };
      },
      /names other keys/,
    ],
    [
      'whose record is of another kind',
      ({ keys: [a, b] }) => {
        const text = JSON.stringify(b).replace('"KEY_ROTATED"', '"TOKEN_ISSUED"');
        return { keys: [a, JSON.parse(text)] };
      },
      /record does not verify/,
    ],
  ];
  test.each(links)('%s', async (_, bend, reason) => {
    const given = JSON.parse(JSON.stringify(await readKeyChain(reader)));
    expect(verifyKeyChain(bend(given), firstKey)).toEqual({
      ok: false,
      reason: expect.stringMatching(reason),
    });
  });

  test("whose new key the old one never named, though a line of it stands under the old key's checkpoint", async () => {
    // Anybody can put a line of their own under a note: the checkpoint of size 3 is the first key's alone.
    const [signed = ''] = checkpoints;
    const intruder = signerOf(66);
    const stranger = memoryLog(new MemoryCloud(new Uint8Array(32).fill(66)));
    const { verifierKey } = await openLog(stranger);
    const root = openCheckpoint(signed, firstKey);
    if (!root.ok) throw new Error('the checkpoint does not open');
    const own = await signSize(
      3,
      root.checkpoint.root,
      { verifierKey },
      { origin: log.origin, signers: [intruder] },
    );
    const [ours, theirs] = [parseNote(signed), parseNote(own)];
    const note = formatNote(ours?.text ?? '', [...(ours?.signatures ?? []), ...(theirs?.signatures ?? [])]);
    const [first, second] = (await readKeyChain(reader)).keys;
    const page = await queryEvents(reader, { category: 'all' }, { order: 'log', limit: 3, personal: true });
    const rotation = { ...second?.rotation, record: page.events[2]?.record, checkpoint: note };
    const forged = { keys: [first, { verifier_key: verifierKey, first_size: 3, rotation }] };
    expect(verifyKeyChain(JSON.parse(JSON.stringify(forged)), firstKey)).toMatchObject({ ok: false });
  });
});

test('the record of a rotation says who asked for it, and names both keys', () => {
  const [rotated] = [...cloud.archived]
    .filter(([key]) => key === 'commit/00000000000000000003')
    .map(([, { bytes }]) => log.codec.gunzip(bytes, 100_000));
  const [, leaf = ''] = fromUtf8(rotated ?? new Uint8Array()).split('\n');
  expect(JSON.parse(leaf)).toMatchObject({
    tenant_id: 'acme',
    ingest: { source: 'internal' },
    event: {
      event_type: 'KEY_ROTATED',
      payload: {
        actor: { type: 'operator', id: 'ada' },
        before: { verifier_key: firstKey },
        after: { verifier_key: chain.keys[1]?.verifierKey },
      },
    },
  });
});

test('a writer that does not have the key that the log is signed by signs nothing', async () => {
  const own = new MemoryCloud(new Uint8Array(32).fill(7));
  const first = memoryLog(own);
  await openLog(first);
  const strangers: Log = { ...first, signers: [signerOf(8), signerOf(9)] };
  await expect(append(candidates(1), TERMS, strangers)).rejects.toMatchObject({ code: 'misconfigured' });
});
