import { describe, expect, test } from '@jest/globals';
import { hmacSha256 } from '#crypto';
import { utf8 } from '../../../core/encoding.ts';
import { openCheckpoint } from '../../../core/log/checkpoint.ts';
import { append, type Candidate } from '../../../core/sequencer/append.ts';
import { openLog } from '../../../core/sequencer/genesis.ts';
import type { Log } from '../../../core/sequencer/log.ts';
import { decodeSegment } from '../../../core/sequencer/segment.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { type Gate, MemoryCloud } from '../../support/memory-cloud.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { makeLeaf } from './leaf.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const TERMS = { policyVersion: 1, deadline: NOW + 60_000 };

/** A log over memory whose clock moves when somebody sleeps, and a count of the calls. */
function freshLog(cloud = new MemoryCloud(new Uint8Array(32).fill(9))): {
  log: Log;
  cloud: MemoryCloud;
  calls: Map<string, number>;
} {
  const calls = new Map<string, number>();
  const gate: Gate = async (call, effect) => {
    const name = `${call.store}.${call.operation}`;
    calls.set(name, (calls.get(name) ?? 0) + 1);
    return effect();
  };
  let now = NOW;
  const log: Log = {
    tenant: 'acme',
    origin: 'audit.example.com/acme/00000001',
    keys: { index: utf8('index'), dedupe: utf8('dedupe') },
    lockDays: { batches: 30, tiles: 60 },
    heads: cloud.heads(gate),
    table: cloud.table(gate),
    archive: cloud.archive(gate),
    work: cloud.workStore(gate),
    signers: [cloud.signer(gate)],
    announcer: cloud.announcer(gate),
    codec: zlibCodec,
    clock: {
      now: () => now,
      sleep: async (ms) => {
        now += ms;
      },
    },
    random: new SeededRandom(1),
  };
  return { log, cloud, calls };
}

function candidate(n: number, text = `text ${n}`): Candidate {
  const eventId = `0193e8a4-6c00-7000-8000-${n.toString(16).padStart(12, '0')}`;
  return {
    eventId,
    dedupeTag: hmacSha256(utf8('dedupe'), utf8(text)).subarray(0, 16),
    leaf: (recordedAt) => makeLeaf({ eventId, text, at: NOW, salt: 'salt', recordedAt }),
  };
}

const many = (count: number, from = 0) => Array.from({ length: count }, (_, n) => candidate(from + n));

describe('opening a log', () => {
  test('makes a signed head of size 0, once', async () => {
    const { log, cloud } = freshLog();
    const head = await openLog(log);
    expect(openCheckpoint(head.checkpoint, head.verifierKey)).toMatchObject({
      ok: true,
      checkpoint: { origin: log.origin, size: 0 },
    });
    expect(await openLog(log)).toEqual(head);
    expect(cloud.signed).toHaveLength(1);
  });

  test('two that open at once agree on one head', async () => {
    const { log } = freshLog();
    const [a, b] = await Promise.all([openLog(log), openLog(log)]);
    expect(a).toEqual(b);
  });

  test('refuses an empty log over a full archive', async () => {
    const { log, cloud } = freshLog();
    await openLog(log);
    await append(many(3), TERMS, log);
    cloud.head = undefined;
    await expect(openLog(log)).rejects.toMatchObject({ code: 'integrity' });
    await expect(append(many(1, 9), TERMS, log)).rejects.toMatchObject({ code: 'integrity' });
  });
});

describe('appending', () => {
  test('a batch of 100 signs once, and makes a fixed number of calls', async () => {
    const { log, calls } = freshLog();
    await openLog(log);
    await append([candidate(1_000)], TERMS, log); // the first one also writes what the archive says of itself
    calls.clear();
    await append(many(100), TERMS, log);
    expect(Object.fromEntries(calls)).toEqual({
      'head.read': 1,
      'table.get': 1,
      'work.write': 1,
      'head.commit': 1,
      'archive.create': 2, // the batch and its checkpoint
      'signer.sign': 1,
      'table.put': 1,
      'bus.announce': 1,
      'head.finalise': 1,
    });
  });

  test('before its first batch the archive says what it is of, in two objects, and never again', async () => {
    const { log, cloud } = freshLog();
    await openLog(log);
    expect([...cloud.archived.keys()]).toEqual([]);
    await append([candidate(1)], TERMS, log);
    await append([candidate(2)], TERMS, log);
    const names = [...cloud.archived.keys()].filter((name) => !/^(commit|checkpoint)\//.test(name));
    expect(names).toEqual(['key/00000000000000000000', 'README.txt']);
  });

  test('nothing to append signs nothing', async () => {
    const { log, cloud } = freshLog();
    await openLog(log);
    expect(await append([], TERMS, log)).toEqual([]);
    expect(cloud.signed).toHaveLength(1);
  });

  test('tells duplicates from conflicts, in the log and within the batch', async () => {
    const { log, cloud } = freshLog();
    await openLog(log);
    await append([candidate(1)], TERMS, log);
    const verdicts = await append(
      [candidate(1), candidate(1, 'other'), candidate(2), candidate(2), candidate(2, 'other'), candidate(3)],
      TERMS,
      log,
    );
    expect(verdicts).toEqual([
      { outcome: 'duplicate' },
      { outcome: 'conflict' },
      { outcome: 'recorded', index: 1 },
      { outcome: 'duplicate' },
      { outcome: 'conflict' },
      { outcome: 'recorded', index: 2 },
    ]);
    expect(cloud.head?.size).toBe(3);
  });

  test('recording time never runs backwards', async () => {
    const { log, cloud } = freshLog();
    await openLog(log);
    if (cloud.head) cloud.head.recordedAt = NOW + 5_000; // a writer whose clock was ahead
    await append([candidate(1)], TERMS, log);
    expect(cloud.head?.recordedAt).toBe(NOW + 5_000);
  });

  test('what an item of the table cannot hold stops the batch before the commit, and the log goes on', async () => {
    const { log, cloud } = freshLog();
    await openLog(log);
    const noise = Buffer.from(new SeededRandom(2).octets(420_000)).toString('base64'); // compression does not help
    const tooLong = { ...candidate(1), leaf: candidate(1, noise).leaf };
    await expect(append([candidate(0), tooLong], TERMS, log)).rejects.toMatchObject({
      code: 'invalid_request',
    });
    expect(cloud.head).toMatchObject({ state: 'FINAL', size: 0 });
    expect(await append([candidate(0)], TERMS, log)).toEqual([{ outcome: 'recorded', index: 0 }]);
  });

  test('the archive object is locked for the days that the tenant chose, and holds the batch', async () => {
    const { log, cloud } = freshLog();
    await openLog(log);
    await append(many(2), { ...TERMS, disclosures: 'disclosures/d' }, log);
    const object = cloud.archived.get('commit/00000000000000000000');
    expect(object?.retainUntil).toBe(NOW + 30 * 86_400_000);
    expect(decodeSegment(object?.bytes ?? new Uint8Array(), zlibCodec)).toMatchObject({
      first: 0,
      policyVersion: 1,
      disclosures: 'disclosures/d',
    });
  });

  test('a batch whose writer died after the commit is finished by the next, once its lease is over', async () => {
    const { log, cloud } = freshLog();
    await openLog(log);
    const dying: Log = {
      ...log,
      archive: { ...log.archive, create: () => Promise.reject(new Error('the writer dies')) },
    };
    await expect(append(many(2), TERMS, dying)).rejects.toThrow('the writer dies');
    expect(cloud.head?.state).toBe('COMMITTED');
    expect(await append(many(2), TERMS, log)).toEqual([{ outcome: 'duplicate' }, { outcome: 'duplicate' }]);
    expect(cloud.head).toMatchObject({ state: 'FINAL', size: 2, finalSize: 2 });
  });

  test('a lock that stays taken ends in time, and says so', async () => {
    const { log, cloud } = freshLog();
    await openLog(log);
    const dying: Log = {
      ...log,
      archive: { ...log.archive, create: () => Promise.reject(new Error('the writer dies')) },
    };
    await expect(append(many(2), TERMS, dying)).rejects.toThrow();
    if (cloud.head?.batch) cloud.head.batch.leaseUntil = NOW + 600_000;
    await expect(append(many(2), TERMS, log)).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('corruption stops the log', () => {
  async function committedAndAbandoned() {
    const made = freshLog();
    await openLog(made.log);
    const dying: Log = {
      ...made.log,
      archive: { ...made.log.archive, create: () => Promise.reject(new Error('the writer dies')) },
    };
    await expect(append(many(2), TERMS, dying)).rejects.toThrow();
    return made;
  }

  test('when another batch stands under the marker', async () => {
    const { log, cloud } = freshLog();
    await openLog(log);
    const before = structuredClone(cloud.head);
    await append(many(2), TERMS, log);
    cloud.head = before;
    cloud.items.clear();
    await expect(append(many(2, 50), TERMS, log)).rejects.toMatchObject({ code: 'integrity' });
    expect(cloud.head).toMatchObject({ state: 'HALTED' });
    await expect(append(many(2, 60), TERMS, log)).rejects.toThrow(
      'the log is halted: the archive holds another batch',
    );
  });

  test('when the committed batch is nowhere', async () => {
    const { log, cloud } = await committedAndAbandoned();
    cloud.work.clear();
    await expect(append([], TERMS, log)).rejects.toThrow('neither in staging nor in the archive');
  });

  test('when staging holds another batch, or none', async () => {
    const { log, cloud } = await committedAndAbandoned();
    for (const [key, bytes] of cloud.work) cloud.work.set(key, bytes.slice(0, -9));
    await expect(append([], TERMS, log)).rejects.toThrow('a committed segment cannot be read');
    const other = await committedAndAbandoned();
    const staging = other.cloud.head?.batch?.staging ?? '';
    const elsewhere = freshLog();
    await openLog(elsewhere.log);
    await append(many(1, 70), TERMS, elsewhere.log);
    other.cloud.work.set(
      staging,
      elsewhere.cloud.archived.get('commit/00000000000000000000')?.bytes ?? new Uint8Array(),
    );
    await expect(append([], TERMS, other.log)).rejects.toThrow('is another one');
  });

  test('when the head names no batch', async () => {
    const { log, cloud } = await committedAndAbandoned();
    if (cloud.head) delete cloud.head.batch;
    await expect(append([], TERMS, log)).rejects.toThrow('names no batch');
  });
});
