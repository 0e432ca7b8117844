import { expect, test } from '@jest/globals';
import { explainChange } from '../../../core/retention/explain-change.ts';
import { contradictions, type RetentionPolicy } from '../../../core/retention/policy.ts';
import { PRESETS } from '../../../core/retention/presets.ts';
import {
  belowFloors,
  policyInForce,
  raisedTo,
  type SetPolicy,
} from '../../../core/retention/standing-policy.ts';

const POLICY: RetentionPolicy = {
  immutability_days: 30,
  min_days: 60,
  max_days: 400,
  archive_after_days: 45,
  after_termination_days: 90,
};

const storeOf = (standing: SetPolicy | undefined) => ({ read: async () => standing });
const SET: SetPolicy = {
  version: 4,
  policy: { ...POLICY, max_days: 100 },
  changedAt: 0,
  changedBy: { type: 'token', id: 't' },
  previous: POLICY,
};

test('what was deployed is version 1, until the tenant sets another', async () => {
  expect(await policyInForce(storeOf(undefined), POLICY)).toEqual({ version: 1, policy: POLICY });
  expect(await policyInForce(storeOf(SET), POLICY)).toEqual({ version: 4, policy: SET.policy });
});

test('a change that the log has not heard of holds for nobody', async () => {
  const inForce = await policyInForce(storeOf({ ...SET, unrecorded: '{}' }), POLICY);
  expect(inForce).toEqual({ version: 3, policy: POLICY });
});

test('floors that rose since raise what was set, and what hangs on it', async () => {
  const floors = { immutability_days: 500, min_days: 90 };
  const raised = raisedTo(floors, POLICY);
  expect(raised).toMatchObject({ immutability_days: 500, min_days: 500, max_days: 500 });
  expect(contradictions(raised)).toEqual([]);
  expect(raisedTo(POLICY, POLICY)).toEqual(POLICY);
});

test('what goes below a floor is named with the floor', () => {
  expect(belowFloors(POLICY, POLICY)).toEqual([]);
  const below = belowFloors({ ...POLICY, immutability_days: 29, min_days: 59 }, POLICY);
  expect(below.map(({ field }) => field)).toEqual(['immutability_days', 'min_days']);
  expect(below[0]?.expected).toContain('at least 30');
});

test('a change is told by what it does to new records, to old ones, and what nobody can change', () => {
  const to = (change: Partial<RetentionPolicy>) => explainChange(POLICY, { ...POLICY, ...change });
  expect(to({})).toEqual({ new_records: [], existing_records: [], cannot_change: [] });

  const locked = to({ immutability_days: 60 });
  expect(locked.new_records.join()).toContain('locks them for 60 days');
  expect(locked.existing_records.join()).toContain('not lengthened');
  expect(locked.cannot_change.join()).toContain('nobody');
  const unlocked = to({ immutability_days: 1 });
  expect(unlocked.new_records.join()).toContain('locks them for 1 day from');
  expect(unlocked.existing_records).toEqual([]);
  expect(unlocked.cannot_change.join()).toContain('keeps the lock that it was written with');

  const sooner = to({ max_days: 90 });
  expect(sooner.existing_records.join()).toContain('older than 90 days are purged from the next run on');
  expect(sooner.cannot_change.join()).toContain('whose lock in the archive has not ended');
  const later = to({ max_days: 500 });
  expect(later.existing_records.join()).toContain('500 days');
  expect(later.cannot_change).toEqual(['What was purged does not come back.']);

  expect(to({ min_days: 70 }).existing_records.join()).toContain('at least 70 days');
  expect(to({ archive_after_days: 30 }).existing_records.join()).toContain('30 days after their recording');
  expect(to({ after_termination_days: 0 }).existing_records.join()).toContain('0 days');
});

test('presets are long enough for the longest such time there is', () => {
  const longest = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000;
  const days = Object.fromEntries(PRESETS.map((preset) => [preset.id, preset.days]));
  expect(days['six-months']).toBe(longest('2026-07-01', '2027-01-01'));
  expect(days['six-years']).toBe(longest('2027-01-01', '2033-01-01'));
  expect(days['seven-years']).toBe(longest('2026-01-01', '2033-01-01'));
});
