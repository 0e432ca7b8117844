/** How times and quantities are written for a reader. */
export interface Reader {
  /** IANA time zone, as `Europe/Berlin`. */
  timeZone: string;
}

const UTC: Reader = { timeZone: 'UTC' };

/** Whether `name` is a time zone that times can be shown in. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z][A-Za-z0-9_+/-]*$/.test(name);
  } catch {
    return false;
  }
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const name = `${locale}\n${JSON.stringify(options)}`;
  const format = formats.get(name) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(name, format); // making one takes longer than using it a hundred times
  return format;
}

/** `24 November 2026, 10:30:03 CET (09:30:03 UTC)`; in UTC without the bracket. */
export function formatMoment(iso: string, { timeZone }: Reader, locale: string): string {
  const at = new Date(iso);
  const inZone = `${dateIn(at, timeZone, locale)}, ${clockIn(at, timeZone, locale)}`;
  if (timeZone === UTC.timeZone) return `${inZone} UTC`;
  const sameDay = dateIn(at, timeZone, locale) === dateIn(at, 'UTC', locale);
  const inUtc = `${sameDay ? '' : `${dateIn(at, 'UTC', locale)}, `}${clockIn(at, 'UTC', locale)} UTC`;
  return `${inZone} ${zoneName(at, timeZone, locale)} (${inUtc})`;
}

/** `10:30:03`. */
export function formatClock(iso: string, { timeZone }: Reader, locale: string): string {
  return clockIn(new Date(iso), timeZone, locale);
}

/** `24 November 2026`. */
export function formatDate(iso: string, { timeZone }: Reader, locale: string): string {
  return dateIn(new Date(iso), timeZone, locale);
}

function dateIn(at: Date, timeZone: string, locale: string): string {
  return formatOf(locale, { timeZone, day: 'numeric', month: 'long', year: 'numeric' }).format(at);
}

function clockIn(at: Date, timeZone: string, locale: string): string {
  return formatOf(locale, {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(at);
}

function zoneName(at: Date, timeZone: string, locale: string): string {
  const parts = formatOf(locale, { timeZone, timeZoneName: 'short' }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
}
