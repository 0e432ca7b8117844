import { isTimeZone } from '../../../../core/narrative/time.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const MINUTE = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}):(\d{2})$/;

/** A stretch of time as the API filters by it: RFC 3339 in UTC, `from` inclusive, `to` exclusive. */
export interface Stretch {
  from: string;
  to: string;
}

/** From the beginning of the day `from` to the end of the day `to`, in `timeZone`; undefined where they are no dates. */
export function daysIn(from: string, to: string, timeZone: string): Stretch | undefined {
  const [first, last] = [startOfDay(from), startOfDay(to)];
  if (first === undefined || last === undefined || last < first || !isTimeZone(timeZone)) return undefined;
  return { from: iso(first, timeZone), to: iso(last + DAY_MS, timeZone) };
}

/** The minute `at`, as `2026-03-08 14:47`, in `timeZone`. */
export function minuteIn(at: string, timeZone: string): Stretch | undefined {
  const [, date = '', hours = '', minutes = ''] = MINUTE.exec(at) ?? [];
  const day = startOfDay(date);
  if (day === undefined || Number(hours) > 23 || Number(minutes) > 59 || !isTimeZone(timeZone))
    return undefined;
  const clock = day + (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
  return { from: iso(clock, timeZone), to: iso(clock + MINUTE_MS, timeZone) };
}

/** A calendar date as if it were in UTC; undefined for one that no calendar has. */
function startOfDay(date: string): number | undefined {
  const [, year, month, day] = DATE.exec(date) ?? [];
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return Number.isFinite(at) && new Date(at).toISOString().startsWith(date) ? at : undefined;
}

/** The moment at which clocks of `timeZone` show what a clock in UTC shows at `clock`. */
function iso(clock: number, timeZone: string): string {
  const guess = clock - offsetAt(clock, timeZone);
  return new Date(clock - offsetAt(guess, timeZone)).toISOString();
}

/** How far clocks of `timeZone` are ahead of UTC at `at`, in milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((found) => found.type === type)?.value);
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shown - Math.floor(at / 1_000) * 1_000;
}
