import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { AGENT_EVENT_TYPES } from '../../../core/event/event.ts';
import { eventJsonSchema } from '../../../core/event/json-schema.ts';
import { parsePointer, valueAt } from '../../../core/event/pointer.ts';
import { incompatibleChanges, type Schema } from '../../support/schema-changes.ts';

const file = readFileSync(new URL('../../vectors/event-schema-1.0.0.json', import.meta.url), 'utf8');
/** The schema of agents' events as it was frozen (docs/adr/event-schema.md). This file is never made anew. */
const frozen: Schema = JSON.parse(file);
const current = ofAgents(JSON.parse(JSON.stringify(eventJsonSchema())));

type Definitions = Record<string, Schema>;

/** The events that agents send, and the definitions that those refer to: the product's own statements are not frozen. */
function ofAgents(schema: Schema): Schema {
  const types = new Set<string>(AGENT_EVENT_TYPES);
  const anyOf = (schema['anyOf'] as Schema[]).filter((event) => types.has(typeOf(event)));
  const all = schema['$defs'] as Definitions;
  const $defs: Definitions = {};
  const visit = (text: string): void => {
    for (const [, name = ''] of text.matchAll(/"#\/\$defs\/(\w+)"/g)) {
      if ($defs[name] || !all[name]) continue;
      $defs[name] = all[name];
      visit(JSON.stringify(all[name]));
    }
  };
  visit(JSON.stringify(anyOf));
  return { ...schema, anyOf, $defs };
}

function typeOf(event: Schema): string {
  const { event_type } = event['properties'] as Record<string, { const: string }>;
  return event_type?.const ?? '';
}

test('the frozen schema is the one that was frozen', () => {
  expect(createHash('sha256').update(file).digest('hex')).toBe(
    '26c8a2953109d11709780a6b12796bbbcc8cd859188516a16cf4b014b2ad7dc4',
  );
});

test('what agents send has changed by optional fields alone since it was frozen', () => {
  expect(incompatibleChanges(frozen, current)).toEqual([]);
});

/** The frozen schema with `value` at `pointer`: `-` is one more element, undefined takes away what is there. */
function withChange(pointer: string, value: unknown): Schema {
  const all: object = JSON.parse(file);
  const tokens = parsePointer(pointer) ?? [];
  const last = tokens.at(-1) ?? '';
  const parent = valueAt(all, tokens.slice(0, -1));
  if (Array.isArray(parent) && last === '-') parent.push(value);
  else if (value === undefined) Reflect.deleteProperty(Object(parent), last);
  else Reflect.set(Object(parent), last, value);
  return all as Schema;
}

test.each<[string, string, unknown]>([
  ['an optional field', '/anyOf/0/properties/note', { type: 'string' }],
  ['an optional field of a part', '/$defs/Agent/properties/description', { type: 'string' }],
  ['a definition', '/$defs/Note', { type: 'string' }],
  ['an explanation', '/anyOf/0/description', 'how a task begins'],
])('%s passes', (_, pointer, value) => {
  expect(incompatibleChanges(frozen, withChange(pointer, value))).toEqual([]);
});

test.each<[string, string, unknown]>([
  ['a required field', '/anyOf/0/required/-', 'labels'],
  ['a field that is required no more', '/anyOf/0/required', ['event_id']],
  ['a field that is gone', '/anyOf/0/properties/labels', undefined],
  ['a field of another type', '/anyOf/0/properties/event_type/const', 'TASK_BEGUN'],
  ['a shorter text', '/$defs/Agent/properties/id/maxLength', 8],
  ['a limit that there was not', '/$defs/Tokens/maxProperties', 2],
  ['unknown fields', '/anyOf/0/additionalProperties', true],
  ['one more value', '/$defs/Initiator/properties/type/enum/-', 'robot'],
  ['an event type', '/anyOf/-', {}],
  ['a definition that is gone', '/$defs/Agent', undefined],
  ['another version', '/$id', 'urn:agent-audit-trail:schema:event:1.0.1'],
])('%s fails', (_, pointer, value) => {
  expect(incompatibleChanges(frozen, withChange(pointer, value))).not.toEqual([]);
});
