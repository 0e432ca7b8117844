import { expect, test } from '@jest/globals';
import { mintEventId } from '../../../core/event/ids.ts';
import { exportRequestSchema } from '../../../core/export/export-job.ts';
import { runExport } from '../../../core/export/run-export.ts';
import { writeTiles } from '../../../core/export/write-tiles.ts';
import { verifyTiles } from '../../../core/receipt/verify-tiles.ts';
import { MemoryExportFiles, MemoryExportJobs } from '../../support/memory-exports.ts';
import { DAY, RetentionWorld, SHORT } from '../retention/retention-world.ts';
import { ExportWorld } from './export-world.ts';

const RECORDS = 600; // two full bundles, and one that is begun

async function longWorld(): Promise<ExportWorld> {
  const world = await ExportWorld.open(0);
  for (let first = 0; first < RECORDS; first += 100) {
    const events = Array.from({ length: 100 }, () => world.intake.event({}));
    await world.intake.accept(await world.intake.message(events));
  }
  return world;
}

test('a whole log as tiles verifies as others would verify it, whatever was recorded meanwhile', async () => {
  const world = await longWorld();
  const job = await world.ask('tlog-tiles', {}, { personal: false });
  world.delivers = false;
  expect(await world.run(job)).toBe('later');
  world.delivers = true;
  expect(await world.run(job)).toBe('ended');
  const { files, packed } = world.files;
  const tree = (await world.jobs.get(job.exportId))?.tree;
  const read = async (path: string) => files.get(`${job.exportId}/${path}`);
  expect(await verifyTiles({ read }, tree?.verifierKey ?? '', {})).toMatchObject({
    verified: true,
    shown: { tree_size: RECORDS, count: RECORDS },
  });
  expect(packed.get(job.exportId)?.filter((name) => name.startsWith('tile/'))).toEqual([
    ...['tile/entries/000', 'tile/0/000', 'tile/entries/001', 'tile/0/001'],
    ...['tile/entries/002.p/88', 'tile/0/002.p/88', 'tile/1/000.p/2'],
  ]);
  expect(JSON.parse(world.files.text(job.exportId, 'manifest.json'))).toMatchObject({
    ...{ format: 'tlog-tiles', count: RECORDS, first_index: 0, last_index: RECORDS - 1, missing: 0 },
    completeness: { judged: false },
  });
});

test('a worker that stops in between is gone on with', async () => {
  const world = await longWorld();
  const job = await world.ask('tlog-tiles');
  expect(await world.run(job, world.intake.now)).toBe('later');
  expect(await world.run(job)).toBe('ended');
  expect(await world.jobs.get(job.exportId)).toMatchObject({ status: 'done', records: RECORDS });
});

test('a log that is too long for a manifest is refused, with what to do', async () => {
  const world = await ExportWorld.open(2);
  const job = await world.ask('tlog-tiles');
  const tree = { size: 1_300_000, checkpoint: '', verifierKey: '', total: 0 };
  const writer = { ...world.exporter, mustStop: () => false, onPart: async () => true };
  await expect(writeTiles(job, tree, writer)).rejects.toThrow('Fetch it tile by tile');
});

test('it takes no filter', () => {
  expect(exportRequestSchema.safeParse({ format: 'tlog-tiles' }).success).toBe(true);
  const { error } = exportRequestSchema.safeParse({ format: 'tlog-tiles', filter: { user_id: 'ann' } });
  expect(error?.issues).toMatchObject([
    { path: ['filter'], message: expect.stringContaining('the whole log') },
  ]);
});

test('a log that was purged is exported without the bundles that are gone, and says from where it is whole', async () => {
  const world = await RetentionWorld.open();
  for (let day = 0; day < 3; day++) {
    await world.record(300);
    world.nextDay();
    await world.morning();
  }
  world.nextDay(SHORT.max_days - 2);
  expect(await world.morning()).toMatchObject({ purges: [{ purged_below: 300 }] });
  const [jobs, files] = [new MemoryExportJobs(), new MemoryExportFiles()];
  const exportId = mintEventId(world.now, world.random);
  await jobs.add({
    ...{ exportId, format: 'tlog-tiles', filter: {}, personal: false, createdAt: world.now },
    ...{ createdBy: { type: 'token', id: 'token-1' }, requestId: 'request-1', status: 'queued' },
    ...{ records: 0, attempts: 0, expiresAt: world.now + DAY },
  });
  const outcome = await runExport(exportId, world.now + 60_000, {
    ...{ tenantId: 'acme', origin: 'audit.example.com/acme/00000001', writerVersion: '0.1.0' },
    ...{ reader: world.reader, jobs, files, outbox: { send: (bodies) => world.deliver(bodies) } },
    layout: async () => new Uint8Array(),
  });
  expect([outcome, (await jobs.get(exportId))?.failure]).toEqual(['ended', undefined]);
  expect(files.text(exportId, 'minimum-index')).toBe('512\n');
  const read = async (path: string) => files.files.get(`${exportId}/${path}`);
  const tree = (await jobs.get(exportId))?.tree;
  expect(await verifyTiles({ read }, tree?.verifierKey ?? '', {})).toMatchObject({
    verified: true,
    shown: { purged: 512, first_index: 512 },
  });
  expect(JSON.parse(files.text(exportId, 'manifest.json'))).toMatchObject({ first_index: 512, missing: 0 });
});
