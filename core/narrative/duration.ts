import type { Messages } from './messages/en.ts';
import { type Phrase, say } from './phrase.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long `ms` is, in at most two units: `380 ms`, `4.3 seconds`, `12 minutes 5 seconds`, `2 days 4 hours`. */
export function durationText(ms: number, { duration }: Pick<Messages, 'duration'>): string {
  if (ms < SECOND) return duration.ms(Math.round(ms));
  if (ms < 10 * SECOND) return duration.seconds(Math.round(ms / 100) / 10);
  const units: [length: number, text: (count: number) => string][] = [
    [DAY, duration.days],
    [HOUR, duration.hours],
    [MINUTE, duration.minutes],
    [SECOND, duration.seconds],
  ];
  const whole = Math.round(ms / SECOND) * SECOND;
  const from = units.findIndex(([length]) => whole >= length);
  let rest = whole;
  const texts = units.slice(from, from + 2).map(([length, text]) => {
    const count = Math.floor(rest / length);
    rest -= count * length;
    return count === 0 ? '' : text(count);
  });
  return texts.filter((text) => text !== '').join(' ');
}

/** The same as words of a sentence. */
export function durationPhrase(ms: number, messages: Pick<Messages, 'duration'>): Phrase {
  return say`${durationText(ms, messages)}`;
}
