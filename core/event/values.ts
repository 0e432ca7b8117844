import { z } from 'zod';
import { LIMITS } from './limits.ts';
import { formatTimestamp, parseTimestamp } from './time.ts';

/** What JSON can say. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** `sha256:` and 64 lower-case hex digits. */
export const digestSchema = z.templateLiteral(['sha256:', z.string().regex(/^[0-9a-f]{64}$/)], {
  error: 'expected "sha256:" and 64 lower-case hex digits',
});

/**
 * Stands in the place of a value that is not in the record: SHA-256 over the RFC 8785 bytes of
 * `[salt, pointer, value]`. `bytes` and `type` are there where the value was moved out for its length.
 */
export const committedSchema = z
  .strictObject({
    committed: digestSchema,
    bytes: z.int().nonnegative().optional(),
    type: z.enum(['string', 'object', 'array']).optional(),
  })
  .meta({ id: 'Committed', description: 'A salted digest in the place of a value that is kept elsewhere.' });
export type Committed = z.infer<typeof committedSchema>;

/** Whether `value` is a commitment rather than the value itself. */
export function isCommitted(value: unknown): value is Committed {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'committed')) return false;
  return committedSchema.safeParse(value).success;
}

function orCommitted<S extends z.ZodType>(schema: S, expected: string) {
  return z.union([schema, committedSchema], { error: `expected ${expected}, or a commitment` });
}

/** Free text, possibly empty; may be committed. */
export function text() {
  return orCommitted(z.string().max(LIMITS.eventBytes), 'text');
}

/** Free text of at least one character; may be committed. */
export function statement() {
  return orCommitted(z.string().min(1).max(LIMITS.eventBytes), 'text of at least one character');
}

/** A list that may be committed as a whole. */
export function list<S extends z.ZodType>(element: S, max: number) {
  return z.union([z.array(element).max(max), committedSchema]);
}

/** Any JSON value. `parseEvent` has walked it before (json.ts), so it is JSON and within the limits. */
export function json() {
  return z.unknown() as z.ZodType<JsonValue, JsonValue>;
}

/** An id or a name: 1 to 256 characters. */
export function short() {
  return z
    .string({ error: `expected text of 1 to ${LIMITS.id} characters` })
    .min(1, `expected at least one character`)
    .max(LIMITS.id, `expected at most ${LIMITS.id} characters`);
}

/** A count: a whole number from 0 to 2^53 - 1. */
export function count() {
  return z.int({ error: 'expected a whole number' }).nonnegative('expected a whole number of at least 0');
}

/** A quantity of at least 0, whole or not. */
export function quantity() {
  return z.number({ error: 'expected a number' }).nonnegative('expected a number of at least 0');
}

/** An RFC 3339 time with any offset and up to nine digits of a second; normalised to UTC and milliseconds. */
export function timestamp() {
  return z
    .string({ error: 'expected an RFC 3339 time' })
    .max(40, 'expected an RFC 3339 time')
    .transform((value, context): string => {
      const ms = parseTimestamp(value);
      if (ms !== undefined) return formatTimestamp(ms);
      context.addIssue({
        code: 'custom',
        message: 'expected an RFC 3339 time from 1970 to 9999',
        input: value,
      });
      return z.NEVER;
    })
    .meta({ format: 'date-time' });
}
