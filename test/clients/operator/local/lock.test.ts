import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { acquireLock } from '../../../../clients/operator/local/lock.ts';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-test-'));
  path = join(directory, 'below', 'lock.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

test('a second command hears who holds the lock, and gets it once it is released', () => {
  const first = acquireLock(path, 'up');
  expect(acquireLock(path, 'down')).toEqual({
    ok: false,
    holder: expect.objectContaining({ pid: process.pid, command: 'up' }),
  });
  if (first.ok) first.release();
  expect(acquireLock(path, 'down').ok).toBe(true);
});

test("a lock whose process id now belongs to another process is nobody's", () => {
  acquireLock(path, 'up');
  writeFileSync(path, JSON.stringify({ pid: process.pid, began: 'at another time', command: 'up' }));
  expect(acquireLock(path, 'up').ok).toBe(true);
  expect(JSON.parse(readFileSync(path, 'utf8'))).not.toMatchObject({ began: 'at another time' });
});

test.each(['', 'not json', '{"pid":-1}'])('a lock file that holds "%s" does not lock anybody out', (text) => {
  acquireLock(path, 'up');
  writeFileSync(path, text);
  expect(acquireLock(path, 'up').ok).toBe(true);
});
