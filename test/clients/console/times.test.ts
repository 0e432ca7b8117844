import { expect, test } from '@jest/globals';
import { fromLocal, toLocal } from '../../../clients/console/times.ts';

test.each([
  ['2026-11-24T09:30:00.000Z', 'Europe/Berlin', '2026-11-24T10:30:00'],
  ['2026-07-01T22:30:15.000Z', 'Europe/Berlin', '2026-07-02T00:30:15'],
  ['2026-11-24T09:30:00.000Z', 'America/New_York', '2026-11-24T04:30:00'],
  ['2026-11-24T09:30:00.000Z', 'Asia/Kolkata', '2026-11-24T15:00:00'],
  ['2026-11-24T09:30:00.000Z', 'UTC', '2026-11-24T09:30:00'],
  // An hour before the clocks go back, and one after.
  ['2026-10-24T23:30:00.000Z', 'Europe/Berlin', '2026-10-25T01:30:00'],
  ['2026-10-25T02:30:00.000Z', 'Europe/Berlin', '2026-10-25T03:30:00'],
])('%s is, in %s, %s on the clock, and back', (iso, zone, local) => {
  expect(toLocal(iso, zone)).toBe(local);
  expect(fromLocal(local, zone)).toBe(iso);
});

test('what is no time gives none', () => {
  expect(toLocal(undefined, 'UTC')).toBe('');
  expect(toLocal('yesterday', 'UTC')).toBe('');
  expect(fromLocal('', 'UTC')).toBe('');
});
