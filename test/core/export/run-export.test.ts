import { describe, expect, test } from '@jest/globals';
import { sha256 } from '#crypto';
import { toDigestText } from '../../../core/encoding.ts';
import { AuditError } from '../../../core/errors.ts';
import type { ExportJob } from '../../../core/export/export-job.ts';
import { manifestSchema } from '../../../core/receipt/manifest.ts';
import { verifyEntries, verifyReceipt } from '../../../core/receipt/verify.ts';
import { ExportWorld } from './export-world.ts';

const parse = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

async function verdictOf({ files, jobs }: ExportWorld, { exportId }: ExportJob) {
  const tree = (await jobs.get(exportId))?.tree;
  const entries = parse(files.text(exportId, 'events-')).map((value, line) => ({ line, value }));
  return await verifyEntries(entries, tree?.checkpoint ?? '', tree?.verifierKey ?? '');
}

describe('an export', () => {
  test('holds every matching record with its proof, in parts, under one checkpoint', async () => {
    const world = await ExportWorld.open(40);
    const job = await world.ask('ndjson', { category: 'all' });
    expect(await world.run(job)).toBe('ended');
    expect(await world.jobs.get(job.exportId)).toMatchObject({ status: 'done', records: 120 });
    expect(await verdictOf(world, job)).toMatchObject({
      verified: true,
      shown: { count: 120, first_index: 0, last_index: 119, missing: 0 },
    });
    const { parts, ...manifest } = manifestSchema.parse(
      JSON.parse(world.files.text(job.exportId, 'manifest.json')),
    );
    expect(manifest).toMatchObject({ count: 120, missing: 0, format: 'ndjson', tree_size: 120 });
    expect(parts.filter(({ name }) => name.startsWith('events-')).length).toBeGreaterThan(3);
    for (const { name, bytes, sha256: digest } of parts) {
      const file = world.files.files.get(`${job.exportId}/${name}`) ?? new Uint8Array();
      expect([name, file.length, toDigestText(sha256(file))]).toEqual([name, bytes, digest]);
    }
    expect(world.files.packed.get(job.exportId)).toEqual([
      ...parts.map(({ name }) => name),
      'manifest.json',
      'receipt.json',
    ]);
  });

  test('is vouched for by a record of the log, whose receipt is in it', async () => {
    const world = await ExportWorld.open(2);
    const job = await world.ask('ndjson');
    await world.run(job);
    const { record, receipt } = JSON.parse(world.files.text(job.exportId, 'receipt.json'));
    const digest = toDigestText(sha256(Buffer.from(world.files.text(job.exportId, 'manifest.json'))));
    expect(record.event).toMatchObject({
      event_type: 'EXPORT_CREATED',
      payload: {
        actor: { type: 'token', id: 'token-1' },
        target: { type: 'export', id: job.exportId },
        after: { manifest_sha256: digest, records: 6 },
      },
    });
    const key = (await world.jobs.get(job.exportId))?.tree?.verifierKey ?? '';
    expect(verifyReceipt({ receipt, record }, key)).toMatchObject({ verified: true });
  });

  test('of a filter holds what the filter asks for, and opens what the asker may see', async () => {
    const world = await ExportWorld.open(6);
    const job = await world.ask('ndjson', { user_id: 'ann' });
    await world.run(job);
    expect(parse(world.files.text(job.exportId, 'events-'))).toHaveLength(3);
    expect(parse(world.files.text(job.exportId, 'disclosures-'))).toHaveLength(3);
    const closed = await world.ask('ndjson', { user_id: 'ann' }, { personal: false });
    await world.run(closed);
    expect(world.files.text(closed.exportId, 'disclosures-')).toBe('');
    const records = ({ exportId }: ExportJob) =>
      parse(world.files.text(exportId, 'events-')).map(({ record }) => record);
    expect(records(closed)).toEqual(records(job));
  });

  test('of nothing is an export of nothing, and says so', async () => {
    const world = await ExportWorld.open(2);
    const job = await world.ask('ndjson', { agent_id: 'nobody' });
    expect(await world.run(job)).toBe('ended');
    expect(JSON.parse(world.files.text(job.exportId, 'manifest.json'))).toMatchObject({
      count: 0,
      first_index: null,
      last_index: null,
      missing: 0,
    });
    expect(await world.jobs.get(job.exportId)).toMatchObject({ status: 'done', records: 0 });
  });

  test.each([7, 40, 120])('is the same however far it is read ahead: %i matches', async (readAhead) => {
    const [straight, world] = [await ExportWorld.open(40), await ExportWorld.open(40)];
    const [one, other] = [await straight.ask('ndjson'), await world.ask('ndjson')];
    world.exporter.readAhead = readAhead; // of 120 records: a rest is left, or none
    await straight.run(one);
    expect(await world.run(other)).toBe('ended');
    expect(world.files.text(other.exportId, 'events-')).toBe(straight.files.text(one.exportId, 'events-'));
    expect(await verdictOf(world, other)).toMatchObject({ verified: true, shown: { count: 120 } });
  });

  test('is of the log as it was when it began, whatever is recorded meanwhile', async () => {
    const world = await ExportWorld.open(40);
    const job = await world.ask('ndjson');
    let recorded = false;
    const { onWrite } = {
      onWrite: async (name: string) => {
        if (recorded || !name.startsWith('events-')) return;
        recorded = true;
        await world.intake.accept(await world.intake.message(world.task(99)));
      },
    };
    world.files.onWrite = (name) => void onWrite(name);
    await world.run(job);
    expect(recorded).toBe(true);
    expect(await verdictOf(world, job)).toMatchObject({ verified: true, shown: { count: 120 } });
  });
});

describe('a worker', () => {
  test('stops before its deadline, and another goes on: the same bytes as in one go', async () => {
    const [straight, world] = [await ExportWorld.open(40), await ExportWorld.open(40)];
    const [one, many] = [await straight.ask('ndjson'), await world.ask('ndjson')];
    await straight.run(one);
    let slices = 0;
    world.files.onWrite = (name) => {
      if (name.startsWith('events-')) world.intake.now += 100_000;
    };
    while ((await world.run(many, world.intake.now + 50_000)) === 'later') slices++;
    expect(slices).toBeGreaterThan(2);
    expect(world.files.text(many.exportId, 'events-')).toBe(straight.files.text(one.exportId, 'events-'));
    expect(await verdictOf(world, many)).toMatchObject({ verified: true, shown: { count: 120 } });
  });

  test('that dies between a part and its note leaves nothing twice', async () => {
    const world = await ExportWorld.open(40);
    const job = await world.ask('ndjson');
    let states = 0;
    world.files.onWrite = (name) => {
      if (name === 'state.json' && ++states === 2)
        throw new AuditError('unavailable', 'the work bucket is away');
    };
    await expect(world.run(job)).rejects.toThrow('the work bucket is away');
    expect(await world.run(job)).toBe('later'); // the dead worker's lease
    world.intake.now += 10 * 60_000;
    expect(await world.run(job)).toBe('ended');
    expect(await verdictOf(world, job)).toMatchObject({ verified: true, shown: { count: 120 } });
  });

  test('waits for the record that vouches, and says it once however often it tries', async () => {
    const world = await ExportWorld.open(2);
    const job = await world.ask('ndjson');
    world.delivers = false;
    expect(await world.run(job)).toBe('later');
    expect(await world.run(job)).toBe('later');
    expect(new Set(world.sent).size).toBe(1);
    world.delivers = true;
    expect(await world.run(job)).toBe('ended');
    const created = world.intake.records().filter(({ event }) => event.event_type === 'EXPORT_CREATED');
    expect(created).toHaveLength(1);
  });

  test('gives up on what is away for long, and tells the asker', async () => {
    const world = await ExportWorld.open(2);
    const job = await world.ask('ndjson');
    world.files.onWrite = () => {
      throw new AuditError('unavailable', 'the work bucket is away');
    };
    for (let attempt = 1; attempt < 8; attempt++) {
      await expect(world.run(job)).rejects.toThrow('away');
      world.intake.now += 10 * 60_000;
    }
    expect(await world.run(job)).toBe('ended');
    expect(await world.jobs.get(job.exportId)).toMatchObject({
      status: 'failed',
      failure: { code: 'unavailable' },
    });
  });

  test('fails where the log does not pass its checks, and gives nothing out', async () => {
    const world = await ExportWorld.open(2);
    const job = await world.ask('ndjson');
    const item = [...world.intake.cloud.items.values()].find(({ pk }) => pk.startsWith('E#'));
    if (item) item.h = new Uint8Array(32);
    expect(await world.run(job)).toBe('ended');
    expect(await world.jobs.get(job.exportId)).toMatchObject({
      status: 'failed',
      failure: { code: 'integrity' },
    });
    expect(world.files.packed.size).toBe(0);
  });

  test('leaves nothing of what was cancelled', async () => {
    const world = await ExportWorld.open(40);
    const job = await world.ask('ndjson');
    world.files.onWrite = (name) => {
      const standing = world.jobs.jobs.get(job.exportId);
      if (name === 'events-000002.ndjson' && standing) standing.status = 'cancelled';
    };
    expect(await world.run(job)).toBe('ended');
    expect(world.files.files.size).toBe(0);
    expect(await world.jobs.get(job.exportId)).toMatchObject({ status: 'cancelled' });
  });

  test('leaves alone what has ended', async () => {
    const world = await ExportWorld.open(2);
    const job = await world.ask('ndjson');
    await world.run(job);
    const { sent } = world;
    const before = sent.length;
    expect(await world.run(job)).toBe('ended');
    expect(sent).toHaveLength(before);
  });
});

test('what failed is told to the asker in words of ours, and no more of it than is theirs to know', async () => {
  const world = await ExportWorld.open(2);
  const job = await world.ask('ndjson');
  world.files.onWrite = () => {
    throw new TypeError('arn:aws:s3:::work-bucket/secret');
  };
  await expect(world.run(job)).rejects.toThrow(TypeError);
  const { failure } = (await world.jobs.get(job.exportId)) ?? {};
  expect(failure).toMatchObject({ code: 'internal_error' });
  expect(failure?.detail).not.toContain('secret');
});

test('an index that counts other events than there are ends the export', async () => {
  const world = await ExportWorld.open(2);
  const job = await world.ask('ndjson');
  // It dies after the tree was fixed; meanwhile the count of it is another.
  world.files.onWrite = () => {
    throw new AuditError('unavailable', 'the work bucket is away');
  };
  await expect(world.run(job)).rejects.toThrow('away');
  const standing = world.jobs.jobs.get(job.exportId);
  if (!standing?.tree) throw new Error('no tree was fixed');
  standing.tree = { ...standing.tree, total: 7 };
  world.files.onWrite = () => {};
  world.intake.now += 10 * 60_000;
  expect(await world.run(job)).toBe('ended');
  expect(await world.jobs.get(job.exportId)).toMatchObject({
    status: 'failed',
    failure: { code: 'integrity' },
  });
});
