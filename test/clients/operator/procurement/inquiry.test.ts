import { expect, test } from '@jest/globals';
import { asSpoken, DEFAULTS, inquiryOf } from '../../../../clients/operator/procurement/simulate/inquiry.ts';

test('days and minutes are those of a time zone; the last day is whole', () => {
  expect(inquiryOf(DEFAULTS)).toMatchObject({
    days: { from: '2026-03-01T00:00:00.000Z', to: '2026-03-16T00:00:00.000Z' },
    minute: { from: '2026-03-08T14:47:00.000Z', to: '2026-03-08T14:48:00.000Z' },
  });
  // New York puts its clocks forward in the night to March 8, 2026: the days begin an hour apart.
  expect(inquiryOf({ ...DEFAULTS, timeZone: 'America/New_York' })).toMatchObject({
    days: { from: '2026-03-01T05:00:00.000Z', to: '2026-03-16T04:00:00.000Z' },
    minute: { from: '2026-03-08T18:47:00.000Z' },
  });
  expect(inquiryOf({ ...DEFAULTS, timeZone: 'Asia/Kolkata' }).minute.from).toBe('2026-03-08T09:17:00.000Z');
});

test.each([
  [{ timeZone: 'Mars/Olympus' }, '--time-zone'],
  [{ from: '2026-02-30' }, '--from and --to'],
  [{ from: '2026-03-16' }, '--from and --to'],
  [{ to: 'March' }, '--from and --to'],
  [{ at: '2026-03-08' }, '--at'],
  [{ at: '2026-03-08 24:00' }, '--at'],
])('%j is refused, and the option named', (wrong, option) => {
  expect(() => inquiryOf({ ...DEFAULTS, ...wrong })).toThrow(option);
});

test('dates are asked for as people say them', () => {
  expect(asSpoken('2026-03-01')).toBe('March 1, 2026');
  expect(asSpoken('2026-03-08 14:47')).toBe('2:47 PM on March 8, 2026');
});
