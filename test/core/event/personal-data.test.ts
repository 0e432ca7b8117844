import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sha256 } from '#crypto';
import { toDigestText, utf8 } from '../../../core/encoding.ts';
import { canonicalBytes } from '../../../core/event/canonical.ts';
import { checkDisclosures, commitmentOf, disclose } from '../../../core/event/commitment.ts';
import { type AuditEvent, EVENT_TYPES, isGovernanceType } from '../../../core/event/event.ts';
import { externalise } from '../../../core/event/externalise.ts';
import { committableFields, isCommittable, isPersonalPointer } from '../../../core/event/fields.ts';
import { parseEvent } from '../../../core/event/parse.ts';
import {
  commit,
  DEFAULT_PERSONAL_DATA,
  pseudonymise,
  pseudonymOf,
} from '../../../core/event/personal-data.ts';
import { formatPointer } from '../../../core/event/pointer.ts';
import { isCommitted } from '../../../core/event/values.ts';
import { eventOf, exampleOf, parsed } from './examples.ts';
import { countingRandom } from './random.ts';

test.each([...EVENT_TYPES])(
  '%s: committed by default, still an event, and disclosed to what it was',
  (type) => {
    const event = eventOf(type);
    const result = commit(event, DEFAULT_PERSONAL_DATA, countingRandom());
    expect(parseEvent(result.event)).toEqual({ ok: true, event: result.event });
    expect(result.disclosures.map(({ pointer }) => pointer)).toEqual(result.committed);
    expect(disclose(result.event, result.disclosures)).toEqual({ event, mismatched: [] });
    expect(checkDisclosures(result.event, result.disclosures)).toBeUndefined();
    if (isGovernanceType(type)) expect(result.committed).toEqual([]);
  },
);

test('a commitment is SHA-256 over the RFC 8785 bytes of salt, pointer and value', () => {
  const { event, disclosures } = commit(eventOf('TASK_INITIATED'), ['/payload/goal'], countingRandom());
  expect(disclosures).toEqual([
    {
      salt: 'AAECAwQFBgcICQoLDA0ODw',
      pointer: '/payload/goal',
      value: 'Resolve the refund request of order 4711',
    },
  ]);
  const bytes = utf8('["AAECAwQFBgcICQoLDA0ODw","/payload/goal","Resolve the refund request of order 4711"]');
  expect(event.payload).toMatchObject({ goal: { committed: toDigestText(sha256(bytes)) } });
});

test('equal values have different commitments, so nobody can guess by comparing', () => {
  const random = countingRandom();
  const [first, second] = [1, 2].map(
    () => commit(eventOf('TASK_INITIATED'), ['/payload/goal'], random).event,
  );
  expect(first?.payload).not.toEqual(second?.payload);
});

test('whole subtrees go, outer before inner, by wildcard too; what is committed stays', () => {
  const event = eventOf('TASK_INITIATED');
  const pointers = [
    '/payload/input/order_id',
    '/payload/input',
    '/payload/input/*',
    '/payload/absent',
    '/payload/goal',
  ];
  const once = commit(event, pointers, countingRandom());
  expect(once.committed).toEqual(['/payload/input', '/payload/goal']);
  expect(commit(once.event, pointers, countingRandom()).event).toEqual(once.event);
  const members = commit(event, ['/payload/input/*'], countingRandom());
  expect(members.committed).toEqual([
    '/payload/input/order_id',
    '/payload/input/amount',
    '/payload/input/currency',
  ]);
  expect(commit(event, ['/agent/id', '/payload/trigger/kind', '/payload'], countingRandom()).event).toEqual(
    event,
  );
  expect(() => commit(event, ['payload/goal'], countingRandom())).toThrow('JSON Pointer');
});

test('a wildcard that leads to very many values commits what holds them', () => {
  const withRows = (rows: number) =>
    parsed({ ...exampleOf('TASK_COMPLETED'), payload: { output: { rows: Array(rows).fill('x') } } });
  const pointers = ['/payload/output/rows/*'];
  expect(commit(withRows(64), pointers, countingRandom()).committed).toHaveLength(64);
  expect(commit(withRows(65), pointers, countingRandom()).committed).toEqual(['/payload/output/rows']);
});

test('the event that is given stays as it was', () => {
  const event = eventOf('TASK_INITIATED');
  const before = structuredClone(event);
  const { event: committed, disclosures } = commit(event, DEFAULT_PERSONAL_DATA, countingRandom());
  disclose(committed, disclosures);
  expect(event).toEqual(before);
});

test('nested commitments open from the outside in, in whatever order the disclosures come', () => {
  const event = eventOf('TASK_INITIATED');
  const random = countingRandom();
  const inner = commit(event, ['/payload/input/order_id'], random);
  const outer = commit(inner.event, ['/payload/input'], random);
  const disclosures = [...inner.disclosures, ...outer.disclosures];
  expect(disclose(outer.event, disclosures)).toEqual({ event, mismatched: [] });
  expect(disclose(outer.event, outer.disclosures).event).toEqual(inner.event);
  expect(disclose(outer.event, inner.disclosures).mismatched).toEqual(['/payload/input/order_id']);
});

test('a disclosure that was changed opens nothing and is named', () => {
  const { event, disclosures } = commit(eventOf('TASK_INITIATED'), ['/payload/goal'], countingRandom());
  const [disclosure] = disclosures;
  if (!disclosure) throw new Error('no disclosure');
  const changed = [
    { ...disclosure, value: 'Something else' },
    { ...disclosure, salt: 'AAAAAAAAAAAAAAAAAAAAAA' },
    { ...disclosure, pointer: '/payload/input' },
    { ...disclosure, pointer: '/agent/id' },
    { ...disclosure, pointer: '/payload/goal/x' },
    { ...disclosure, pointer: 'payload/goal' },
  ];
  for (const forged of changed) {
    expect(disclose(event, [forged])).toEqual({ event, mismatched: [forged.pointer] });
    expect(checkDisclosures(event, [forged])).toMatchObject({ code: 'disclosure_invalid' });
  }
  expect(checkDisclosures(event, [disclosure, disclosure])).toMatchObject({ code: 'disclosure_invalid' });
});

test('a disclosure cannot smuggle in what the schema refuses', () => {
  const disclosure = { salt: 'AAECAwQFBgcICQoLDA0ODw', pointer: '/payload/goal', value: { not: 'text' } };
  const event = parsed({
    ...exampleOf('TASK_INITIATED'),
    payload: { goal: { committed: commitmentOf(disclosure) } },
  });
  expect(checkDisclosures(event, [disclosure])).toMatchObject({
    code: 'disclosure_invalid',
    detail: expect.stringContaining('/payload/goal: expected text'),
  });
});

test('a tenant may call personal what can be committed, and nothing else', () => {
  for (const pointer of DEFAULT_PERSONAL_DATA) expect(isPersonalPointer(pointer)).toBe(true);
  const more = [
    '/payload/input/customer/*/name',
    '/payload/options_considered',
    '/payload/options_considered/*/option',
  ];
  for (const pointer of more) expect(isPersonalPointer(pointer)).toBe(true);
  const never = [
    '',
    '/',
    'goal',
    '/payload',
    '/agent/id',
    '/payload/status',
    '/payload/tool/name',
    '/payload/goal/x',
    '/labels/x',
    '/payload/options_considered/x/option',
    '/payload/toString',
  ];
  for (const pointer of never) expect(isPersonalPointer(pointer)).toBe(false);
});

test('the fields that may be committed are the outermost, without those that are', () => {
  const { event } = commit(eventOf('DECISION_POINT'), ['/payload/reasoning_summary'], countingRandom());
  expect(committableFields(event).map(({ tokens }) => formatPointer(tokens))).toEqual([
    '/payload/options_considered',
    '/payload/selected_action',
  ]);
  expect(isCommittable('TASK_FAILED', ['payload', 'error', 'message'])).toBe(true);
  expect(committableFields(eventOf('TASK_FAILED')).map(({ tokens }) => tokens.at(-1))).toContain('message');
});

test('subjects become keyed pseudonyms, the same for the same person, another under another key', () => {
  const key = utf8('key');
  const event = eventOf('TASK_INITIATED');
  const once = pseudonymise(event, key);
  expect(once.replaced).toEqual(['/subjects/0/id']);
  expect(once.event.subjects).toEqual([
    { type: 'customer', id: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/) },
  ]);
  expect(pseudonymise(once.event, key)).toEqual({ event: once.event, replaced: [] });
  expect(pseudonymOf({ type: 'customer', id: 'a' }, key)).not.toBe(
    pseudonymOf({ type: 'customer', id: 'a' }, utf8('other')),
  );
  expect(pseudonymOf({ type: 'ab', id: 'c' }, key)).not.toBe(pseudonymOf({ type: 'a', id: 'bc' }, key));
  const without = eventOf('TASK_RESUMED');
  expect(pseudonymise(without, key)).toEqual({ event: without, replaced: [] });
});

const fitsIn = (most: number) => (event: AuditEvent) =>
  canonicalBytes(event).length <= most ? event : undefined;

test('an event that fits stays as it is', () => {
  const event = eventOf('TASK_INITIATED');
  expect(externalise(event, fitsIn(16_000), countingRandom())).toEqual({
    result: event,
    disclosures: [],
    moved: [],
  });
});

test('the longest strings go first, with their length and type, and can be joined again', () => {
  const event = parsed({
    ...exampleOf('TASK_INITIATED'),
    payload: {
      goal: 'short',
      input: { a: 'a'.repeat(20_000), b: 'b'.repeat(30_000), c: 'kept', n: [null, 1, true] },
    },
  });
  const result = externalise(event, fitsIn(16_000), countingRandom());
  if (!result) throw new Error('does not fit');
  expect(result.moved).toEqual(['/payload/input/b', '/payload/input/a']);
  expect(result.result.payload).toMatchObject({
    goal: 'short',
    input: { a: { bytes: 20_002, type: 'string' }, b: { bytes: 30_002, type: 'string' }, c: 'kept' },
  });
  expect(disclose(result.result, result.disclosures)).toEqual({ event, mismatched: [] });
});

test('where single strings do not do, whole fields go', () => {
  const rows = Array.from({ length: 500 }, (_, index) => [index, 'x'.repeat(300)]);
  const event = parsed({ ...exampleOf('TASK_COMPLETED'), payload: { output: rows } });
  const result = externalise(event, fitsIn(16_000), countingRandom());
  expect(result?.moved).toEqual(['/payload/output']);
  expect(result?.result.payload).toMatchObject({ output: { type: 'array' } });
  const wide = Object.fromEntries(
    Array.from({ length: 900 }, (_, index) => [`key-${index}`, 'x'.repeat(50)]),
  );
  const object = parsed({ ...exampleOf('TASK_COMPLETED'), payload: { output: wide } });
  expect(externalise(object, fitsIn(16_000), countingRandom())?.result.payload).toMatchObject({
    output: { type: 'object' },
  });
});

test('a commitment inside a value is not moved on its own', () => {
  const { event } = commit(eventOf('TASK_INITIATED'), ['/payload/input/order_id'], countingRandom());
  const result = externalise(
    event,
    (candidate) => (isCommitted(Reflect.get(candidate.payload, 'input')) ? candidate : undefined),
    countingRandom(),
  );
  expect(result).toBeUndefined(); // it is shorter than what is worth moving
});

test('what cannot be made to fit is told', () => {
  const event = parsed({ ...exampleOf('TASK_RESUMED'), labels: { a: 'x'.repeat(200) } });
  expect(externalise(event, fitsIn(100), countingRandom())).toBeUndefined();
});

test('any JSON as input survives commitment and disclosure', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const result = parseEvent({ ...exampleOf('TASK_INITIATED'), payload: { goal: 'g', input: value } });
      if (!result.ok) return; // numbers beyond 2^53, -0 and __proto__ are refused
      const committed = commit(result.event, ['/payload/input/*', '/payload/goal'], countingRandom());
      expect(disclose(committed.event, committed.disclosures)).toEqual({
        event: result.event,
        mismatched: [],
      });
    }),
  );
});
