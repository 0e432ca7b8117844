import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  contradictions,
  LEAST_ARCHIVE_AFTER_DAYS,
  retentionPolicySchema,
} from '../../../core/retention/policy.ts';

const YEAR = {
  immutability_days: 365,
  min_days: 365,
  max_days: 2555,
  archive_after_days: 90,
  after_termination_days: 0,
};

test('a policy whose terms follow one another holds, also where they are equal', () => {
  expect(contradictions(YEAR)).toEqual([]);
  expect(contradictions({ ...YEAR, max_days: 365, archive_after_days: 365 })).toEqual([]);
  expect(contradictions({ ...YEAR, archive_after_days: LEAST_ARCHIVE_AFTER_DAYS })).toEqual([]);
});

test.each([
  [
    'may be deleted while it is locked',
    { min_days: 364 },
    'min_days',
    'expected at least immutability_days (365), since what is locked is kept, and it is 364',
  ],
  [
    'is deleted before it may be',
    { max_days: 364 },
    'max_days',
    'expected at least min_days (365), and it is 364',
  ],
  [
    'leaves the table at once',
    { archive_after_days: 29 },
    'archive_after_days',
    'expected at least 30, and it is 29',
  ],
  [
    'is archived after its end',
    { archive_after_days: 2556 },
    'archive_after_days',
    'expected at most max_days (2555), since what is deleted cannot be archived afterwards, and it is 2556',
  ],
])('what %s is named with both numbers', (_name, change, field, expected) => {
  expect(contradictions({ ...YEAR, ...change })).toEqual([{ field, expected }]);
});

test('every contradiction is named, not only the first', () => {
  const upsideDown = { ...YEAR, min_days: 3, max_days: 2, archive_after_days: 4 };
  expect(contradictions(upsideDown).map(({ field }) => field)).toEqual([
    'min_days',
    'max_days',
    'archive_after_days',
    'archive_after_days',
  ]);
});

test('what the schema takes is what does not contradict itself, and nothing unlocked, negative or fractional', () => {
  const days = fc.integer({ min: 1, max: 120 });
  const policies = fc.record({
    immutability_days: days,
    min_days: days,
    max_days: days,
    archive_after_days: days,
    after_termination_days: days,
  });
  fc.assert(
    fc.property(policies, (policy) => {
      const { immutability_days: locked, min_days: min, max_days: max, archive_after_days: cold } = policy;
      const holds = locked <= min && min <= max && 30 <= cold && cold <= max;
      expect(retentionPolicySchema.safeParse(policy).success).toBe(holds);
      expect(contradictions(policy).length === 0).toBe(holds);
    }),
  );
  for (const change of [
    { immutability_days: 0 },
    { min_days: -1 },
    { max_days: 1e9 },
    { archive_after_days: 30.5 },
  ])
    expect(retentionPolicySchema.safeParse({ ...YEAR, ...change }).success).toBe(false);
});

test('the schema says where', () => {
  const { error } = retentionPolicySchema.safeParse({ ...YEAR, min_days: 1 });
  expect(error?.issues).toMatchObject([{ path: ['min_days'], message: expect.stringContaining('it is 1') }]);
});
