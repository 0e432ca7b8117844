import { beforeEach, describe, expect, test } from '@jest/globals';
import { writeDailyRecords } from '../../../core/archive/daily-records.ts';
import { PROJECTIONS } from '../../../core/export/projections.ts';
import { readFirstKey, readKeyChain } from '../../../core/query/key-chain.ts';
import type { LogReader } from '../../../core/query/log-reader.ts';
import { queryEvents } from '../../../core/query/page.ts';
import { findRecord } from '../../../core/query/receipt.ts';
import { type Trust, verifyKeyChain } from '../../../core/receipt/key-chain.ts';
import { verifyPage, verifyReceipt } from '../../../core/receipt/verify.ts';
import { verifyArchive } from '../../../core/receipt/verify-archive.ts';
import { append } from '../../../core/sequencer/append.ts';
import { auditArchive } from '../../../core/sequencer/audit-archive.ts';
import { openLog } from '../../../core/sequencer/genesis.ts';
import { type Log, MOST_SIGNED_EACH } from '../../../core/sequencer/log.ts';
import { rebuildTable } from '../../../core/sequencer/rebuild.ts';
import { rotateKey } from '../../../core/sequencer/rotate-key.ts';
import { copyOf, filesOf } from '../../support/archive-copy.ts';
import { candidates } from '../../support/candidates.ts';
import { bent } from '../../support/made-log.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';
import { memoryLog, memoryTerms } from '../../support/memory-log.ts';
import { OWN_KEYS } from '../../support/own-log.ts';

const TERMS = { policyVersion: 1, deadline: Number.MAX_SAFE_INTEGER };
const REBUILD = { check: false, overLive: false, deadline: Number.MAX_SAFE_INTEGER };
const SECOND = 'signatures/00000000000000000003';

let cloud: MemoryCloud;
let log: Log;
let firstKey: string;

/** A log of batches of 3, 20 and 2 records, of which those of the second batch alone are signed each. */
beforeEach(async () => {
  cloud = new MemoryCloud(new Uint8Array(32).fill(1));
  log = memoryLog(cloud);
  firstKey = (await openLog(log)).verifierKey;
  for (const [count, signEach] of [
    [3, false],
    [20, true],
    [2, false],
  ] as const)
    await append(candidates(count), TERMS, { ...log, signEach });
});

function reader(): LogReader {
  return { ...log, table: cloud.table(), keys: OWN_KEYS };
}

async function page() {
  return await queryEvents(reader(), { category: 'all' }, { order: 'log', limit: 100, personal: true });
}

const lose = () => {
  cloud.items.clear();
  cloud.head = undefined;
};

describe('a batch whose records are signed each', () => {
  test('has one signature a record in the archive, and one for its checkpoint; others have none', () => {
    expect(cloud.archived.get(SECOND)?.bytes).toHaveLength(20 * 64);
    expect([...cloud.archived.keys()].filter((name) => name.startsWith('signatures/'))).toEqual([SECOND]);
    expect(cloud.signed).toHaveLength(1 + 3 + 20);
    const texts = cloud.signed.map((message) => Buffer.from(message).toString());
    expect(texts.filter((text) => text.startsWith('audit-record v1\n'))).toHaveLength(20);
    expect(texts).toContainEqual(
      expect.stringMatching(
        /^audit-record v1\naudit\.example\.com\/acme\/00000001\n3\nsha256:[0-9a-f]{64}\n$/,
      ),
    );
  });

  test('holds at most 500, which is said before anything is committed', async () => {
    const signing = { ...log, signEach: true };
    await expect(append(candidates(MOST_SIGNED_EACH + 1), TERMS, signing)).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(cloud.head).toMatchObject({ state: 'FINAL', size: 25 });
  });

  test('shows its signatures in pages, receipts and exports, and they verify', async () => {
    const { events, checkpoint } = await page();
    const signed = events.filter(({ record_signature }) => record_signature !== undefined);
    expect(signed.map(({ log_index }) => log_index)).toEqual(Array.from({ length: 20 }, (_, n) => 3 + n));
    expect(await verifyPage({ events, checkpoint }, firstKey)).toMatchObject({
      verified: true,
      shown: { count: 25, record_signatures: 20 },
    });
    const [entry] = signed;
    const found = await findRecord(reader(), entry?.record.event.event_id ?? '');
    expect(found?.receipt.record_signature).toBe(entry?.record_signature);
    expect(verifyReceipt({ receipt: found?.receipt }, firstKey)).toMatchObject({
      verified: true,
      shown: { record_signatures: 1 },
    });
    if (!entry) throw new Error('the page is empty');
    for (const project of Object.values(PROJECTIONS))
      expect(Buffer.from(project(entry, log.origin)).toString()).toContain(entry.record_signature);
  });

  test('is watched by the daily audit', async () => {
    cloud.furtherVersions.push({ key: SECOND, versionId: '2', marker: true });
    expect(await auditArchive(log, Number.MAX_SAFE_INTEGER)).toMatchObject({
      outcome: 'damaged',
      object: SECOND,
    });
  });

  test('is finished by another writer after a crash, with the same signatures', async () => {
    const dead = { ...log.signers[0], sign: () => Promise.reject(new Error('killed')) };
    let left = 9;
    const dying = {
      ...dead,
      sign: (text: Uint8Array) => (left-- > 0 ? log.signers[0].sign(text) : dead.sign()),
    };
    const batch = candidates(30);
    await expect(append(batch, TERMS, { ...log, signEach: true, signers: [dying] })).rejects.toThrow(
      'killed',
    );
    expect(cloud.head).toMatchObject({ state: 'COMMITTED', size: 55 });
    // The next writer may be of a deployment that does not sign each: what was committed is finished as it began.
    await append(candidates(1), TERMS, log);
    const { events, checkpoint } = await page();
    expect(events.filter(({ record_signature }) => record_signature)).toHaveLength(50);
    expect(await verifyPage({ events, checkpoint }, firstKey)).toMatchObject({ verified: true });
  });

  test('takes what another writer archived meanwhile', async () => {
    const { archive } = log;
    const late = {
      ...archive,
      read: async (key: string) => (key === SECOND && first-- > 0 ? undefined : archive.read(key)),
    };
    let first = 1;
    lose();
    const before = cloud.archived.get(SECOND);
    cloud.archived.delete(SECOND);
    const racing = {
      ...late,
      create: async (key: string, bytes: Uint8Array, until: number) => {
        if (key === SECOND && before) cloud.archived.set(SECOND, before);
        return await archive.create(key, bytes, until);
      },
    };
    expect(await rebuildTable({ ...log, archive: racing }, REBUILD)).toMatchObject({
      outcome: 'rebuilt',
      size: 25,
    });
    expect((await page()).events.filter(({ record_signature }) => record_signature)).toHaveLength(20);
  });
});

describe('a table that was lost', () => {
  test('stands again with the signatures, and nothing is signed for it', async () => {
    const before = structuredClone([...cloud.items].sort());
    const signatures = cloud.signed.length;
    lose();
    expect(await rebuildTable(log, REBUILD)).toMatchObject({ outcome: 'rebuilt', size: 25 });
    expect([...cloud.items].sort()).toEqual(before);
    expect(cloud.signed).toHaveLength(signatures);
  });

  test.each([
    ['bent', (bytes: Uint8Array) => bent(bytes, 700)],
    ['cut off', (bytes: Uint8Array) => bytes.subarray(0, 19 * 64)],
  ])('is not rebuilt over signatures that were %s', async (_what, change) => {
    const standing = cloud.archived.get(SECOND);
    if (standing) cloud.archived.set(SECOND, { ...standing, bytes: change(standing.bytes) });
    lose();
    expect(await rebuildTable(log, REBUILD)).toMatchObject({ outcome: 'damaged', object: SECOND });
  });

  test('a writer that finds signatures of something else gives none of them out', async () => {
    const signing = { ...log, signEach: true };
    cloud.archived.set('signatures/00000000000000000025', { bytes: new Uint8Array(64), retainUntil: 0 });
    await expect(append(candidates(1), TERMS, signing)).rejects.toMatchObject({ code: 'integrity' });
    expect(cloud.head).toMatchObject({ state: 'COMMITTED' });
  });
});

describe('a copy of the archive', () => {
  const verify = (
    change: (copy: ReturnType<typeof copyOf>) => void = () => undefined,
    trust: Trust = firstKey,
  ) => {
    const copy = copyOf(cloud);
    change(copy);
    return verifyArchive(filesOf(copy), trust);
  };
  const altered = (bytes: Uint8Array | undefined) => (copy: ReturnType<typeof copyOf>) => {
    if (bytes) copy.set(SECOND, bytes);
    else copy.delete(SECOND);
  };
  const standing = () => cloud.archived.get(SECOND)?.bytes ?? new Uint8Array();

  test('verifies with the signatures that are in it', async () => {
    expect(await verify()).toMatchObject({ verified: true, shown: { count: 25, record_signatures: 20 } });
  });

  test('verifies with them when the batches have lapsed and the daily records are left', async () => {
    const later = log.clock.now() + 2 * 86_400_000;
    await writeDailyRecords({ ...log, clock: { now: () => later } }, Number.MAX_SAFE_INTEGER);
    const lapsed = (copy: ReturnType<typeof copyOf>) => {
      for (const name of copy.keys()) if (name.startsWith('commit/')) copy.delete(name);
    };
    expect(await verify(lapsed)).toMatchObject({ verified: true, shown: { record_signatures: 20 } });
    const bothAltered = (copy: ReturnType<typeof copyOf>) => {
      lapsed(copy);
      altered(bent(standing(), 19 * 64))(copy);
    };
    expect(await verify(bothAltered)).toMatchObject({
      failure: { code: 'record_signature_invalid', where: { index: 22, part: SECOND } },
    });
  });

  test('shows which signature was altered, and which are not there', async () => {
    expect(await verify(altered(bent(standing(), 5 * 64 + 3)))).toMatchObject({
      failure: { code: 'record_signature_invalid', where: { index: 8, part: SECOND } },
    });
    expect(await verify(altered(standing().subarray(0, 7 * 64)))).toMatchObject({
      failure: { code: 'record_signature_missing', where: { index: 10, part: SECOND } },
    });
    expect(await verify(altered(undefined))).toMatchObject({
      failure: { code: 'record_signature_missing', where: { index: 3 } },
    });
    expect(await verify(altered(standing().subarray(1)))).toMatchObject({
      failure: { code: 'record_signature_invalid', detail: expect.stringContaining('whole number') },
    });
  });
});

test('after a rotation each record verifies under the key that signed it, and under no other', async () => {
  const second = new MemoryCloud(new Uint8Array(32).fill(2)).signer();
  log = { ...log, signEach: true, signers: [log.signers[0], second] };
  await rotateKey(memoryTerms(log), { actor: 'ada', requestId: 'r-1', deadline: Number.MAX_SAFE_INTEGER });
  await append(candidates(2), TERMS, log);
  const chain = verifyKeyChain(await readKeyChain(reader()), await readFirstKey(reader()));
  if (!chain.ok) throw new Error(chain.reason);
  const { events, checkpoint } = await page();
  expect(await verifyPage({ events, checkpoint }, chain.chain)).toMatchObject({
    verified: true,
    shown: { count: 28, record_signatures: 23 },
  });
  const later = cloud.head?.verifierKey ?? '';
  expect(await verifyPage({ events, checkpoint }, later)).toMatchObject({
    failure: {
      code: 'record_signature_invalid',
      where: { index: 3 },
      detail: expect.stringContaining('chain'),
    },
  });
  expect(await verifyPage({ events: events.slice(26), checkpoint }, later)).toMatchObject({ verified: true });
});

test.each<[string, (events: Awaited<ReturnType<typeof page>>['events']) => void]>([
  ['of another record', ([a, b]) => Object.assign(a ?? {}, { record_signature: b?.record_signature })],
  [
    'with a bit turned',
    ([a]) => {
      const octets = Buffer.from(a?.record_signature ?? '', 'base64');
      Object.assign(a ?? {}, { record_signature: Buffer.from(bent(octets, 9)).toString('base64') });
    },
  ],
  [
    'with stray bits at its end',
    ([a]) => Object.assign(a ?? {}, { record_signature: a?.record_signature?.replace(/.==$/, 'B==') }),
  ],
])('a signature %s does not verify', async (_what, change) => {
  const { events, checkpoint } = await page();
  const signed = events.slice(3, 5);
  change(signed);
  expect(await verifyPage({ events: signed, checkpoint }, firstKey)).toMatchObject({
    verified: false,
    checked: 0,
    failure: { code: 'record_signature_invalid', where: { line: 1, index: 3 } },
  });
});

test('a receipt whose signature is of another record does not verify', async () => {
  const [, , , one, other] = (await page()).events;
  const found = await findRecord(reader(), one?.record.event.event_id ?? '');
  const receipt = { ...found?.receipt, record_signature: other?.record_signature };
  expect(verifyReceipt({ receipt }, firstKey)).toMatchObject({
    failure: { code: 'record_signature_invalid' },
  });
});
