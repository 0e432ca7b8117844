import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { EVENT_TYPES } from '../../../core/event/event.ts';
import { eventJsonSchema } from '../../../core/event/json-schema.ts';
import { exampleOf } from './examples.ts';

const published: z.core.JSONSchema.JSONSchema = JSON.parse(
  readFileSync(new URL('../../../docs/formats/schema/event-1.0.0.json', import.meta.url), 'utf8'),
);

test('the published schema is what the code says (node docs/formats/make-schema.ts writes it anew)', () => {
  expect(published).toEqual(JSON.parse(JSON.stringify(eventJsonSchema())));
});

test('the published schema takes every example and refuses a field too many', () => {
  const schema = z.fromJSONSchema(published);
  for (const type of EVENT_TYPES) {
    expect(schema.safeParse(exampleOf(type)).success).toBe(true);
    expect(schema.safeParse({ ...exampleOf(type), surprise: 1 }).success).toBe(false);
  }
});
