import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { judge } from '../../../../clients/verifier/judge.ts';
import { LeavingWorld } from './leaving-world.ts';
import { run, withServedTenant } from './served-tenant.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offboard-'));
});
afterEach(() => rm(directory, { recursive: true }));

/** A tenant with a token and an emitter's key in use. */
async function open(): Promise<LeavingWorld> {
  const world = await LeavingWorld.open();
  await world.api.token(['events:read']);
  await world.api.emitters.add({
    id: 'emitter-1',
    agents: ['refund-agent'],
    kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    publicJwk: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
    createdAt: world.api.now,
    createdBy: 'ada',
  });
  return world;
}

const closings = (world: LeavingWorld) =>
  world.exports.intake
    .records()
    .filter(({ event }) => event.event_type === 'RETENTION_POLICY_CHANGED')
    .map(({ event }) => event.payload as { after: { statement_version?: number } });

test('a tenant leaves: nothing opens its API any more, all is handed over, and what is kept stands in a record that verifies', async () => {
  const world = await open();
  world.waiting = 1;
  const { closing, bundle, statement } = await world.offboard(directory);
  expect((await world.api.tokens.list()).filter(({ revokedAt }) => revokedAt === undefined)).toEqual([]);
  expect((await world.api.emitters.list()).filter(({ removedAt }) => removedAt === undefined)).toEqual([]);
  expect(world.policies.standing?.ended).toMatchObject({ at: world.api.now });
  const { verifier_key: key } = closing.statement.log;
  for (const file of [bundle, join(directory, 'closing-statement.json')])
    expect(await judge(file, { key, progress: () => undefined })).toMatchObject({
      outcome: 'judged',
      verdict: { verified: true },
    });
  const { record } = JSON.parse(readFileSync(join(directory, 'closing-statement.json'), 'utf8'));
  expect(record.event.payload.after).toEqual({ ...closing.statement, statement_version: 1 });
  expect(closing.statement).toMatchObject({
    tenant: 'acme',
    closed: { tokens_revoked: 1, emitters_removed: 1 },
    bundle: { records: closing.statement.bundle.records },
    after_termination_days: 90,
    holds: [],
  });
  const text = readFileSync(statement, 'utf8');
  expect(text).toContain('purged, with a certificate');
  expect(text).toContain(closing.statement.bundle.sha256);
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o077).toBe(0);
});

test('cut off at any request, before or after it was done, the same command goes on to the same end', async () => {
  const whole = await open();
  await whole.offboard(directory);
  const requests = whole.steps.length;
  expect(requests).toBeGreaterThanOrEqual(15);
  for (let at = 0; at < requests; at++) {
    // What only looks is the same done or not.
    for (const done of /^(POST|DELETE) /.test(whole.steps[at] ?? '') ? [false, true] : [false]) {
      const world = await open();
      const folder = join(directory, `${at}-${done}`);
      world.cut = { at, done };
      await world.offboard(folder).catch(() => undefined);
      world.cut = undefined;
      const { closing, bundle } = await world.offboard(folder);
      expect([at, done, existsSync(bundle)]).toEqual([at, done, true]);
      // One end and one statement, whatever was asked twice.
      expect(closings(world).map(({ after }) => after.statement_version)).toEqual([undefined, 1]);
      expect(closing.statement.closed.emitters_removed).toBeLessThanOrEqual(1);
      const live = (await world.api.tokens.list()).filter(({ revokedAt }) => revokedAt === undefined);
      expect([at, done, live.length]).toEqual([at, done, 0]);
    }
  }
}, 120_000);

test('done once, it says the same again; another bundle in its place is noticed', async () => {
  const world = await open();
  const first = await world.offboard(directory);
  expect(await world.offboard(directory)).toEqual(first);
  writeFileSync(first.bundle, 'another');
  await expect(world.offboard(directory)).rejects.toMatchObject({ code: 'integrity' });
  await rm(join(directory, 'offboarding.json'));
  await expect(world.offboard(directory)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('names another bundle'),
  });
});

test('by accident nothing ends: without the name it tells, with another one it refuses, in a strange folder too', async () => {
  await withServedTenant(directory, async ({ recorded, heard }) => {
    const before = recorded.length;
    const wrong = await run('offboard', 'acme', '--state', directory, '--confirm', 'globex');
    expect([wrong.status, wrong.err]).toEqual([2, expect.stringContaining('Nothing was done')]);
    expect([recorded.length, heard.length]).toEqual([before, 0]);
  });
  const world = await open();
  writeFileSync(join(directory, 'offboarding.json'), '{"holidays": 3}');
  await expect(world.offboard(directory)).rejects.toMatchObject({ code: 'misconfigured' });
  expect(world.policies.standing).toBeUndefined();
});
