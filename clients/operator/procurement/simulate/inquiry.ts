import { AuditError } from '../../../../core/errors.ts';
import { isTimeZone } from '../../../../core/narrative/time.ts';
import { daysIn, minuteIn, type Stretch } from './zone.ts';

/** Whom and what the questions are about, as somebody types it. */
export interface Wanted {
  user: string;
  agent: string;
  /** First and last day, as `2026-03-01`. */
  from: string;
  to: string;
  /** The minute of the change, as `2026-03-08 14:47`. */
  at: string;
  /** Whose days and minutes these are: an IANA name. */
  timeZone: string;
  /** A word of what was changed: looked for in its resource, store and data classes. */
  record: string;
}

/** What the questions of the guide that is used for such reviews are about; the demo tenants can answer them. */
export const DEFAULTS: Wanted = {
  user: 'user-2041',
  agent: 'customer-record-agent',
  from: '2026-03-01',
  to: '2026-03-15',
  at: '2026-03-08 14:47',
  timeZone: 'UTC',
  record: 'customer',
};

/** `Wanted` with its times worked out. */
export interface Inquiry extends Wanted {
  readonly days: Stretch;
  readonly minute: Stretch;
}

/** `March 8, 2026` for `2026-03-08`; with a time, `2:47 PM on March 8, 2026`. */
export function asSpoken(text: string): string {
  const [date = '', time] = text.split(/[ T]/);
  const at = new Date(`${date}T${time ?? '00:00'}:00Z`);
  const part = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options }).format(at).replace('\u202f', ' ');
  const day = part({ dateStyle: 'long' });
  return time === undefined ? day : `${part({ timeStyle: 'short' })} on ${day}`;
}

/** Throws `misconfigured` for what is no date, minute or time zone. */
export function inquiryOf(wanted: Wanted): Inquiry {
  const { from, to, at, timeZone } = wanted;
  if (!isTimeZone(timeZone)) throw wrong('--time-zone', 'an IANA time zone, as Europe/Berlin', timeZone);
  const days = daysIn(from, to, timeZone);
  if (!days)
    throw wrong('--from and --to', 'two dates, as 2026-03-01, the later one second', `${from} ${to}`);
  const minute = minuteIn(at, timeZone);
  if (!minute) throw wrong('--at', 'a minute, as "2026-03-08 14:47"', at);
  return { ...wanted, days, minute };
}

function wrong(option: string, expected: string, given: string): AuditError {
  return new AuditError('misconfigured', `${option}: expected ${expected}, not ${JSON.stringify(given)}`);
}
