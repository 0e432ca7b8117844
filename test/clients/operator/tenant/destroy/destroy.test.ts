import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { run, withServedTenant } from '../served-tenant.ts';
import { DestroyWorld, OVER } from './destroy-world.ts';

const DAY_MS = 86_400_000;
const STARTS = /^(deleteStack|delete|liftPolicy|scheduleKey)/;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'destroy-'));
});
afterEach(() => rm(directory, { recursive: true }));

function left(folder = directory): DestroyWorld {
  const world = new DestroyWorld();
  world.handOver(folder);
  return world;
}
const journalIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'destruction.json'), 'utf8'));

test('a tenant that has left is destroyed as far as nothing is locked, then wholly, and what went stands in a file', async () => {
  const world = left();
  const first = await world.destroy(directory);
  expect(first).toMatchObject({
    state: 'archive_locked',
    archive: { objects: 6, bytes: 600, locked: 6, until: OVER + 10 * DAY_MS, held: 0 },
  });
  expect(world.left()).toEqual(['archive', 'another']);
  expect([world.policy, world.keysEnd.size]).toEqual([true, 0]);
  // A day early nothing more goes.
  world.now = OVER + 9 * DAY_MS;
  expect((await world.destroy(directory)).state).toBe('archive_locked');
  expect(world.buckets.get('archive')).toHaveLength(7);
  world.now = OVER + 10 * DAY_MS;
  expect((await world.destroy(directory)).state).toBe('destroyed');
  expect(world.left()).toEqual(['another']);
  expect(world.buckets.get('another')).toHaveLength(2);
  expect(journalIn(directory)).toMatchObject({
    tenant: 'acme',
    closing_statement: 'e-1',
    archive: { objects: 6, bytes: 600 },
    emptied_at: '2026-04-11T00:00:00.000Z',
    keys: { signing: '2026-05-11T00:00:00.000Z', data: '2026-05-11T00:00:00.000Z' },
  });
  expect(statSync(join(directory, 'destruction.json')).mode & 0o077).toBe(0);
  expect(existsSync(join(directory, 'closing-statement.json'))).toBe(true);
  const calls = world.calls.length;
  expect((await world.destroy(directory)).state).toBe('destroyed');
  expect(world.calls.slice(calls).filter((call) => STARTS.test(call))).toEqual([]);
});

test('cut off at any call, before or after it was done, the same command goes on to the same end', async () => {
  const whole = left();
  await whole.destroy(directory);
  whole.now = OVER + 10 * DAY_MS;
  await whole.destroy(directory);
  expect(whole.calls.length).toBeGreaterThan(40);
  for (let at = 0; at < whole.calls.length; at++) {
    for (const done of STARTS.test(whole.calls[at] ?? '') ? [false, true] : [false]) {
      const folder = join(directory, `${at}-${done}`);
      const world = left(folder);
      world.cut = { at, done };
      // The run that is cut, and the one that goes on; then the same after the locks.
      for (const now of [OVER, OVER, OVER + 10 * DAY_MS, OVER + 10 * DAY_MS]) {
        world.now = now;
        await world.destroy(folder).catch((error: Error) => expect(error.message).toBe('cut off'));
      }
      expect([at, done, world.left(), world.keysEnd.size]).toEqual([at, done, ['another'], 2]);
      expect([at, done, journalIn(folder).archive]).toEqual([at, done, { objects: 6, bytes: 600 }]);
    }
  }
});

test.each<[string, (world: DestroyWorld) => unknown, RegExp]>([
  [
    'no closing statement',
    (world) => Object.assign(world, { closing: undefined }),
    /no closing statement.*offboard acme/,
  ],
  [
    'the contract is not over',
    (world) => Object.assign(world, { now: OVER - 1 }),
    /kept until 2026-04-01T00:00:00/,
  ],
  ['a hold in force', (world) => world.holdsInForce.push('hold-7'), /in force: hold-7/],
  ['an object held', held, /1 objects of the archive are under S3's legal hold/],
  ['a statement that does not verify', (world) => Object.assign(world, { proven: false }), /does not verify/],
])('%s: told, and refused, and nothing is changed', async (_, make, says) => {
  const world = left();
  make(world);
  const all = world.left();
  expect((await world.look(directory)).blocks).toEqual([expect.stringMatching(says)]);
  await expect(world.destroy(directory)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(says),
  });
  expect(world.left()).toEqual(all);
  expect(world.calls.filter((call) => STARTS.test(call))).toEqual([]);
  expect(existsSync(join(directory, 'destruction.json'))).toBe(false);
});

function held(world: DestroyWorld): void {
  const [first] = world.buckets.get('archive') ?? [];
  if (first) first.held = true;
}

test('records that are kept longer than the contract agreed keep everything', async () => {
  const world = left();
  const [records] = world.closing?.statement.kept ?? [];
  if (records) records.until = '2026-04-10';
  await expect(world.destroy(directory)).rejects.toThrow('kept until 2026-04-11T00:00:00.000Z');
});

test('what would stay as evidence has to be there, and to be it', async () => {
  const world = left();
  for (const text of ['{}', 'not JSON', '{"record": {"event": {"event_id": "e-2"}}}']) {
    writeFileSync(join(directory, 'closing-statement.json'), text);
    await expect(world.destroy(directory)).rejects.toThrow('is not the closing statement (record e-1)');
  }
  await rm(join(directory, 'closing-statement.json'));
  await expect(world.destroy(directory)).rejects.toThrow('is not the closing statement (record e-1)');
  expect(world.calls.filter((call) => STARTS.test(call))).toEqual([]);
});

test('looking changes nothing, before and in the middle', async () => {
  const world = left();
  expect(await world.look(directory)).toMatchObject({ blocks: [], archive: { locked: 6 } });
  expect(world.left()).toEqual(new DestroyWorld().left());
  expect(existsSync(join(directory, 'destruction.json'))).toBe(false);
  await world.destroy(directory);
  const calls = world.calls.length;
  expect(await world.look(directory)).toMatchObject({ standing: { tenant: 'acme' }, archive: { locked: 6 } });
  expect(world.calls.slice(calls).filter((call) => STARTS.test(call))).toEqual([]);
});

test('a hold that S3 has on an object when the stack is gone keeps the archive', async () => {
  const world = left();
  await world.destroy(directory);
  world.now = OVER + 20 * DAY_MS;
  held(world);
  expect(await world.destroy(directory)).toMatchObject({
    state: 'archive_locked',
    archive: { locked: 0, held: 1 },
  });
  expect(world.policy).toBe(true);
});

test('keys stay where their policy refuses, and are asked for again by whom it admits', async () => {
  const world = left();
  world.breakGlass = false;
  await world.destroy(directory);
  world.now = OVER + 10 * DAY_MS;
  expect(await world.destroy(directory)).toMatchObject({ state: 'keys_refused', journal: { keys: {} } });
  world.breakGlass = true;
  expect((await world.destroy(directory)).state).toBe('destroyed');
  expect(world.keysEnd.size).toBe(2);
});

test('a stack that cannot be deleted is said with its reason, and asked for again', async () => {
  const world = left();
  world.stuck = true;
  await expect(world.destroy(directory)).rejects.toThrow('a function is in use');
  expect(world.left()).toContain('records');
  world.stuck = false;
  expect((await world.destroy(directory)).state).toBe('archive_locked');
});

test('a later stack of the same name is not touched', async () => {
  const world = left();
  await world.destroy(directory);
  world.stack = { id: 'arn:of-another', state: 'live', guarded: true, looks: 0 };
  world.now = OVER + 10 * DAY_MS;
  expect((await world.destroy(directory)).state).toBe('destroyed');
  expect(world.stack).toMatchObject({ id: 'arn:of-another', state: 'live', guarded: true });
});

test('by accident nothing goes: with another name, other credentials, a strange journal, a stack that is gone', async () => {
  await withServedTenant(directory, async ({ heard }) => {
    const wrong = await run('destroy', 'acme', '--state', directory, '--confirm', 'globex');
    expect([wrong.status, wrong.err, heard.length]).toEqual([
      2,
      expect.stringContaining('Nothing was done'),
      0,
    ]);
  });
  const world = left();
  world.credentials = '444455556666';
  await expect(world.destroy(directory)).rejects.toMatchObject({ code: 'forbidden' });
  world.credentials = '111122223333';
  for (const text of ['{"holidays": 3}', 'no JSON']) {
    writeFileSync(join(directory, 'destruction.json'), text);
    await expect(world.destroy(directory)).rejects.toMatchObject({ code: 'misconfigured' });
  }
  await rm(join(directory, 'destruction.json'));
  world.stack = undefined;
  await expect(world.destroy(directory)).rejects.toThrow('begun in another folder');
  expect(world.calls.filter((call) => STARTS.test(call))).toEqual([]);
});
