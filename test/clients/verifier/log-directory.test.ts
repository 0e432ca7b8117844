import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { logDirectory } from '../../../clients/verifier/log-directory.ts';

let outside: string;
let folder: string;

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'log-directory-'));
  folder = join(outside, 'log');
  await mkdir(join(folder, 'tile/0'), { recursive: true });
  await writeFile(join(folder, 'tile/0/000'), 'twelve bytes');
  await writeFile(join(outside, 'secret'), 'not of the log');
});

afterAll(async () => {
  await rm(outside, { recursive: true });
});

test('a file of the log is read, also where the folder is named by a link', async () => {
  const link = join(outside, 'link');
  await symlink(folder, link);
  for (const directory of [folder, link])
    expect(Buffer.from((await logDirectory(directory).read('tile/0/000')) ?? []).toString()).toBe(
      'twelve bytes',
    );
});

test('what is not there, is no plain file, or lies elsewhere is nothing', async () => {
  await symlink(join(outside, 'secret'), join(folder, 'checkpoint'));
  const log = logDirectory(folder);
  for (const path of ['tile/0/001', 'tile/0', 'tile/0/000/x', 'checkpoint', '../secret'])
    expect([path, await log.read(path)]).toEqual([path, undefined]);
  expect(await logDirectory(join(outside, 'absent')).read('checkpoint')).toBeUndefined();
});

test('a pipe keeps nobody waiting', async () => {
  const made = spawnSync('bash', ['-c', 'mkfifo "$0"', join(folder, 'pipe')]);
  if (made.status !== 0) return; // there are none here
  expect(await logDirectory(folder).read('pipe')).toBeUndefined();
});

test('a file that is longer than the format allows is not read', async () => {
  await expect(logDirectory(folder, 11).read('tile/0/000')).rejects.toMatchObject({ code: 'too_large' });
});
