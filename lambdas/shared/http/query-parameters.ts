import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { type ApiRequest, parseInput } from './request.ts';

/** How many elements a page may have. */
export const limitSchema = z
  .string()
  .regex(/^[1-9][0-9]{0,3}$/, 'expected a whole number from 1 to 1000')
  .transform(Number)
  .pipe(z.int().max(1_000, 'expected a whole number from 1 to 1000'))
  .default(100)
  .meta({
    description: 'Elements of a page; a page also ends at 4 MB.',
    type: 'integer',
    minimum: 1,
    maximum: 1_000,
    pattern: undefined,
  });

/** Where to go on: the `next_cursor` of the page before. */
export const cursorSchema = z.string().max(1_024).optional().meta({
  description: 'The `next_cursor` of the page before. It serves one question alone, and unaltered.',
});

/** `schema`, whose `from` and `to` must not be the wrong way round. */
export function inOrder<Schema extends z.ZodType<{ from?: string | undefined; to?: string | undefined }>>(
  schema: Schema,
): Schema {
  return schema.refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['from'],
    error: 'expected a time that is not after `to`',
  });
}

/**
 * The query parameters as `schema` reads them; those in `repeatable` as arrays, the others once. A parameter that the
 * schema does not know is refused: a filter with a typing error must not answer more than was asked for.
 */
export function parseQuery<Schema extends z.ZodType>(
  { query }: Pick<ApiRequest, 'query'>,
  schema: Schema,
  repeatable: readonly string[] = [],
): z.output<Schema> {
  const values: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(query)) {
    if (!repeatable.includes(name) && given.length > 1)
      throw new AuditError('invalid_request', `${name}: expected once`, { field: name });
    values[name] = repeatable.includes(name) ? given : given[0];
  }
  return parseInput(schema, values);
}
