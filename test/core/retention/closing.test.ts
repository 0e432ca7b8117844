import { expect, test } from '@jest/globals';
import { asPayload, closingStatement, purgePolicy } from '../../../core/retention/closing.ts';
import { policyInForce } from '../../../core/retention/standing-policy.ts';
import { DAY, RetentionWorld, SHORT, START } from './retention-world.ts';

const NOW = START + 100 * DAY;
const DIGEST = `sha256:${'0'.repeat(64)}`;
const BUNDLE = { export_id: 'e', records: 3, sha256: DIGEST, manifest_sha256: DIGEST };

const stated = (policy = SHORT, longestLock = policy.immutability_days) =>
  closingStatement({
    tenant: 'acme',
    log: { origin: 'o', size: 3, root: DIGEST, verifierKey: 'k' },
    endedAt: NOW,
    now: NOW,
    policy,
    longestLock,
    holds: ['h'],
    bundle: BUNDLE,
    closed: { tokens: 2, emitters: 1 },
  });

test('a statement is a payload, and names the latest date of each thing', () => {
  const statement = stated({ ...SHORT, after_termination_days: 20 });
  expect(asPayload(statement)).toEqual(statement);
  expect(statement.holds).toEqual(['h']);
  const day = (days: number) => new Date(NOW + days * DAY).toISOString().slice(0, 10);
  // The time agreed is longer than min_days; a purge goes by whole days, the day after.
  expect(statement.kept[0]?.until).toBe(day(22));
  expect(stated({ ...SHORT, after_termination_days: 0 }).kept[0]?.until).toBe(day(12));
  // Nothing is kept beyond max_days, and nothing that is locked goes.
  expect(stated({ ...SHORT, after_termination_days: 900 }).kept[0]?.until).toBe(day(42));
  expect(stated(SHORT, 300).kept[0]?.until).toBe(day(302));
});

test('records are purged by max_days until the time after the contract is over, and by min_days then', () => {
  const policy = { ...SHORT, after_termination_days: 20 };
  expect(purgePolicy(policy, undefined, NOW)).toBe(policy);
  expect(purgePolicy(policy, { at: NOW }, NOW + 20 * DAY - 1)).toBe(policy);
  expect(purgePolicy(policy, { at: NOW }, NOW + 20 * DAY)).toMatchObject({ max_days: SHORT.min_days });
});

test('a contract has ended once its record is on its way; a later change that is not recorded does not take that back', async () => {
  const of = (more: object) =>
    policyInForce(
      {
        read: async () => ({
          version: 3,
          policy: SHORT,
          previous: SHORT,
          changedAt: NOW,
          changedBy: { type: 'operator', id: 'ada' },
          ...more,
        }),
      },
      SHORT,
    );
  expect(await of({ ended: { at: NOW, version: 3 }, unrecorded: 'mark' })).not.toHaveProperty('ended');
  expect(await of({ ended: { at: NOW, version: 3 } })).toMatchObject({ version: 3, ended: { at: NOW } });
  expect(await of({ ended: { at: NOW, version: 2 }, unrecorded: 'mark' })).toMatchObject({
    version: 2,
    ended: { at: NOW },
  });
});

test('after the end nothing of agents is recorded, but what the queue had; and it is purged when that was agreed, holds heeded', async () => {
  const world = await RetentionWorld.open();
  await world.record(2, { task: 'held' });
  await world.hold({ task_id: 'held' });
  world.nextDay();
  await world.record(3, { task: 'free' });
  const ended = { at: world.now, version: 2 };
  world.policies.standing = {
    version: 2,
    policy: { ...SHORT, after_termination_days: 15 },
    previous: SHORT,
    changedAt: world.now,
    changedBy: { type: 'operator', id: 'ada' },
    ended,
  };
  await world.record(1, { task: 'late' });
  const [refused] = [...world.quarantine.entries.values()];
  expect(refused).toMatchObject({ code: 'emitter_removed', detail: expect.stringContaining('has ended') });
  const size = () => world.cloud.head?.finalSize;
  expect(size()).toBe(6); // and a report of the refusal
  world.nextDay(13);
  expect((await world.morning()).purges).toEqual([]);
  world.nextDay(3);
  expect((await world.morning()).purges).toMatchObject([{ purged_below: 6, left: 3 }]);
  expect(await world.verify()).toMatchObject({ verified: true });
});
