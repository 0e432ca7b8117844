import type { Random } from '../ports.ts';
import { canonicalBytes } from './canonical.ts';
import { type Disclosure, replaceByCommitment } from './commitment.ts';
import type { AuditEvent } from './event.ts';
import { committableFields, type Field } from './fields.ts';
import { formatPointer } from './pointer.ts';
import { isCommitted } from './values.ts';

/** An event of which the longest values were moved out, with what opens them and where they stood. */
export interface ExternalisedEvent {
  event: AuditEvent;
  disclosures: Disclosure[];
  /** JSON Pointers of the values that were moved. */
  moved: string[];
}

/** Shorter values are not worth a commitment of about 130 bytes and a line in the record's redactions. */
const MIN_BYTES = 256;
/** How many single strings are moved before whole fields are. */
const MAX_STRINGS = 8;

/**
 * Moves the longest values of the payload out until the event satisfies `fits`; in their place stands a commitment
 * with length and type. Single long strings go first, since that leaves the shape of the event readable; where a few of
 * them do not do, whole fields go, the longest first. Undefined where even that does not do.
 */
export function externalise(
  event: AuditEvent,
  fits: (event: AuditEvent, moved: readonly string[]) => boolean,
  random: Random,
): ExternalisedEvent | undefined {
  const fields = committableFields(event);
  const strings = fields.flatMap(stringsOf);
  return (
    moveLongest(event, strings, MAX_STRINGS, fits, random) ??
    moveLongest(event, fields, fields.length, fits, random)
  );
}

function moveLongest(
  event: AuditEvent,
  candidates: readonly Field[],
  most: number,
  fits: (event: AuditEvent, moved: readonly string[]) => boolean,
  random: Random,
): ExternalisedEvent | undefined {
  const result: ExternalisedEvent = { event: structuredClone(event), disclosures: [], moved: [] };
  if (fits(result.event, result.moved)) return result;
  const longestFirst = candidates
    .map(({ tokens, value }) => ({ tokens, bytes: canonicalBytes(value).length, type: typeOf(value) }))
    .filter(({ bytes }) => bytes >= MIN_BYTES)
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, most);
  for (const { tokens, bytes, type } of longestFirst) {
    result.disclosures.push(replaceByCommitment(result.event, tokens, random, { bytes, type }));
    result.moved.push(formatPointer(tokens));
    if (fits(result.event, result.moved)) return result;
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
