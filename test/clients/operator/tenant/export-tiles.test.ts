import { readFileSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { exportTiles } from '../../../../clients/operator/tenant/export-tiles.ts';
import { bent, madeFiles, madeLeaf, madeLeaves, VERIFIER_KEY } from '../../../support/made-log.ts';

const leaves = madeLeaves(700);

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'export-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** The API of a log with these files; `asked` lists what was fetched. */
function api(files: ReadonlyMap<string, Uint8Array>) {
  const asked: string[] = [];
  return {
    asked,
    read: async (path: string) => {
      asked.push(path);
      return files.get(path);
    },
  };
}

async function run(files: ReadonlyMap<string, Uint8Array>) {
  const from = api(files);
  return { asked: from.asked, ...(await exportTiles(from, directory, VERIFIER_KEY, () => undefined)) };
}

test('the folder holds the files of the log, byte for byte', async () => {
  const files = await madeFiles(leaves);
  expect(await run(files)).toMatchObject({ shown: { count: 700, tree_size: 700 }, fetched: 7, kept: 0 });
  for (const [path, bytes] of files) expect(readFileSync(join(directory, path)).equals(bytes)).toBe(true);
});

test('run again it fetches what is new, and shows that the log was extended', async () => {
  await run(await madeFiles(leaves.slice(0, 600)));
  const again = await run(await madeFiles(leaves));
  expect(again.asked.sort()).toEqual(['checkpoint', 'keys', 'tile/0/002.p/188', 'tile/entries/002.p/188']);
  expect(again).toMatchObject({ shown: { consistent_with: 600 }, kept: 5 });
});

test('what was interrupted goes on, and has no checkpoint before it is whole', async () => {
  const files = await madeFiles(leaves);
  const gone = new Map(files);
  gone.delete('tile/0/001');
  await expect(run(gone)).rejects.toMatchObject({ code: 'integrity' });
  await expect(stat(join(directory, 'checkpoint'))).rejects.toThrow('ENOENT');
  const again = await run(files);
  expect(again.kept).toBeGreaterThan(0);
  expect(again).toMatchObject({ shown: { count: 700 } });
});

test('a file that the disk changed is named', async () => {
  const files = await madeFiles(leaves);
  await run(files);
  await writeFile(join(directory, 'tile/entries/001'), bent(files.get('tile/entries/001'), 100));
  await expect(run(files)).rejects.toThrow(/tile\/entries\/001|tile\/0\/001/);
});

test('a log that was rewritten since the last export is not written over it', async () => {
  await run(await madeFiles(leaves.slice(0, 256)));
  const rewritten = await madeFiles([madeLeaf(0, { task: { id: 'x' } }), ...leaves.slice(1, 600)]);
  await expect(run(rewritten)).rejects.toMatchObject({ code: 'integrity' });
  const cut = await madeFiles(leaves.slice(0, 255));
  await expect(run(cut)).rejects.toThrow('consistency_not_shown');
});

test('a checkpoint of another key is not believed', async () => {
  const files = await madeFiles(leaves);
  files.set('checkpoint', bent(files.get('checkpoint'), -3));
  await expect(run(files)).rejects.toMatchObject({ code: 'integrity' });
});
