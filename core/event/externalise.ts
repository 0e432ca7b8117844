import type { Random } from '../ports.ts';
import { canonicalBytes } from './canonical.ts';
import { type Disclosure, replaceByCommitment } from './commitment.ts';
import type { AuditEvent } from './event.ts';
import { committableFields, type Field } from './fields.ts';
import { formatPointer } from './pointer.ts';
import { isCommitted } from './values.ts';

/** An event that was made to fit, with what was moved out of it. */
export interface Fitted<T> {
  /** What `attempt` made of the event. */
  result: T;
  disclosures: Disclosure[];
  /** JSON Pointers of the values that were moved. */
  moved: string[];
}

/** Makes of an event, with the pointers of what was moved out of it, what it is for; undefined where it is too long. */
type Attempt<T> = (event: AuditEvent, moved: readonly string[]) => T | undefined;

/** Shorter values are not worth a commitment of about 130 bytes and a line in the record's redactions. */
const MIN_BYTES = 256;
/** How many single strings are moved before whole fields are. */
const MAX_STRINGS = 8;

/**
 * Moves the longest values of the payload out until `attempt` takes the event; in their place stands a commitment
 * with length and type. Single long strings go first, since that leaves the shape of the event readable; where a few of
 * them do not do, whole fields go, the longest first. Undefined where even that does not do.
 */
export function externalise<T>(
  event: AuditEvent,
  attempt: Attempt<T>,
  random: Random,
): Fitted<T> | undefined {
  const whole = attempt(event, []);
  if (whole !== undefined) return { result: whole, disclosures: [], moved: [] };
  const fields = committableFields(event);
  const strings = fields.flatMap(stringsOf);
  return (
    moveLongest(event, strings, MAX_STRINGS, attempt, random) ??
    moveLongest(event, fields, fields.length, attempt, random)
  );
}

function moveLongest<T>(
  event: AuditEvent,
  candidates: readonly Field[],
  most: number,
  attempt: Attempt<T>,
  random: Random,
): Fitted<T> | undefined {
  const shortened = structuredClone(event);
  const disclosures: Disclosure[] = [];
  const moved: string[] = [];
  const longestFirst = candidates
    .map(({ tokens, value }) => ({ tokens, bytes: canonicalBytes(value).length, type: typeOf(value) }))
    .filter(({ bytes }) => bytes >= MIN_BYTES)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, most);
  for (const { tokens, bytes, type } of longestFirst) {
    disclosures.push(replaceByCommitment(shortened, tokens, random, { bytes, type }));
    moved.push(formatPointer(tokens));
    const result = attempt(shortened, moved);
    if (result !== undefined) return { result, disclosures, moved };
  }
  return undefined;
}

function typeOf(value: unknown): 'string' | 'object' | 'array' {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'object' ? 'object' : 'string';
}

/** The strings in a field that may be replaced one by one: all of a JSON value, or the field itself. */
function stringsOf({ tokens, value }: Field): Field[] {
  if (typeof value === 'string') return [{ tokens, value }];
  if (typeof value !== 'object' || value === null || isCommitted(value)) return [];
  return Object.entries(value).flatMap(([name, member]) =>
    stringsOf({ tokens: [...tokens, name], value: member }),
  );
}
