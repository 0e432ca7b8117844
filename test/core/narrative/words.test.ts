import { describe, expect, test } from '@jest/globals';
import { durationText } from '../../../core/narrative/duration.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { afterTo, purposeOfName } from '../../../core/narrative/purpose.ts';
import { formatMoment, isTimeZone } from '../../../core/narrative/time.ts';

test.each([
  [0, '0 ms'],
  [380, '380 ms'],
  [1_000, '1 second'],
  [4_280, '4.3 seconds'],
  [43_000, '43 seconds'],
  [59_900, '1 minute'],
  [725_000, '12 minutes 5 seconds'],
  [3_600_000, '1 hour'],
  [12_000_000, '3 hours 20 minutes'],
  [187_200_000, '2 days 4 hours'],
])('%d ms reads %s', (ms, text) => {
  expect(durationText(ms, english)).toBe(text);
});

describe('purposes', () => {
  test.each([
    ['orders.get', 'get orders'],
    ['look_up_order', 'look up order'],
    ['getCustomerById', 'get customer by id'],
    ['mcp__github__create_issue', 'create issue'],
    ['payments.refund', 'refund payments'],
    ['weather', undefined],
    ['x'.repeat(100), undefined],
  ])('%s is called to %s', (name, purpose) => {
    expect(purposeOfName(name)).toBe(purpose);
  });

  test.each([
    ['To see what was bought.', 'see what was bought'],
    ['in order to pay', 'pay'],
    ['Find a hotel', 'find a hotel'],
    ['AWS costs', 'AWS costs'],
  ])('%s goes on as "to %s"', (stated, text) => {
    expect(afterTo(stated)).toBe(text);
  });
});

describe('times', () => {
  const at = (iso: string, timeZone: string) => formatMoment(iso, { timeZone }, 'en-GB');

  test('stand with UTC beside them, with the day where it differs', () => {
    expect(at('2026-11-24T09:30:03.123Z', 'UTC')).toBe('24 November 2026, 09:30:03 UTC');
    expect(at('2026-11-24T09:30:03.123Z', 'Europe/Berlin')).toBe(
      '24 November 2026, 10:30:03 CET (09:30:03 UTC)',
    );
    expect(at('2026-07-01T23:30:00.000Z', 'Europe/Berlin')).toBe(
      '2 July 2026, 01:30:00 CEST (1 July 2026, 23:30:00 UTC)',
    );
  });

  test.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Mars/Olympus', false],
    ['', false],
    ['<b>', false],
  ])('%s is a time zone: %s', (name, known) => {
    expect(isTimeZone(name)).toBe(known);
  });
});
