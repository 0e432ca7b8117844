import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  isRunning,
  processBegan,
  startService,
  stopService,
} from '../../../../clients/operator/local/processes.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'process-test-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function start(script: string) {
  const options = { env: {}, cwd: directory, log: join(directory, 'log') };
  return startService(process.execPath, ['-e', script], options);
}

test('a service runs until it is stopped, and stopping it again does nothing', async () => {
  const service = start('setInterval(() => {}, 1000)');
  expect(isRunning(service)).toBe(true);
  await stopService(service);
  expect(isRunning(service)).toBe(false);
  await stopService(service);
});

test('children whose parent was killed are ended too', async () => {
  const child =
    "require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])";
  const service = start(
    `require('node:fs').writeFileSync('child', String(${child}.pid)); setInterval(() => {}, 1000)`,
  );
  const file = join(directory, 'child');
  while (!existsSync(file) || readFileSync(file, 'utf8') === '') await nextTurn();
  const pid = Number(readFileSync(file, 'utf8'));
  process.kill(service.pid, 'SIGKILL');
  while (isRunning(service)) await nextTurn();
  expect(processBegan(pid)).toBeDefined();
  await stopService(service);
  while (processBegan(pid) !== undefined) await nextTurn();
});

test('a process that merely has the same id is not taken for the service', () => {
  const own = processBegan(process.pid);
  expect(own).toBeDefined();
  expect(isRunning({ pid: process.pid, began: `not ${own}` })).toBe(false);
});

test('a command that does not exist is a service that does not run', () => {
  const options = { env: {}, cwd: directory, log: join(directory, 'log') };
  expect(isRunning(startService(join(directory, 'none'), [], options))).toBe(false);
});
