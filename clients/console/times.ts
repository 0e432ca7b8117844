/** `2026-11-24T10:30` of a time in a zone, as `<input type="datetime-local">` has it; empty where there is none. */
export function toLocal(iso: string | undefined, timeZone: string): string {
  const ms = iso === undefined ? Number.NaN : Date.parse(iso);
  return Number.isNaN(ms) ? '' : new Date(ms + offsetOf(ms, timeZone)).toISOString().slice(0, 19);
}

/** The moment that a clock in `timeZone` shows as `local`, in UTC; empty where it is none. */
export function fromLocal(local: string, timeZone: string): string {
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return '';
  // The offset at the moment that is meant; near a change of the clock the first guess may lie on its other side.
  const guess = asUtc - offsetOf(asUtc, timeZone);
  return new Date(asUtc - offsetOf(guess, timeZone)).toISOString();
}

const parts = new Map<string, Intl.DateTimeFormat>();

function offsetOf(ms: number, timeZone: string): number {
  const format =
    parts.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
  parts.set(timeZone, format);
  const field = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = field;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1_000) * 1_000;
}

/** Zones to choose from: the reader's own, UTC, and all that the browser knows. */
export function timeZones(): string[] {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [...new Set([own, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
}
