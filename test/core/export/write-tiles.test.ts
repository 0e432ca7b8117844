import { expect, test } from '@jest/globals';
import { exportRequestSchema } from '../../../core/export/export-job.ts';
import { writeTiles } from '../../../core/export/write-tiles.ts';
import { verifyTiles } from '../../../core/receipt/verify-tiles.ts';
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
