import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  AGENT_EVENT_TYPES,
  categoryOf,
  EVENT_TYPES,
  GOVERNANCE_EVENT_TYPES,
  userIdOf,
} from '../../../core/event/event.ts';
import { describe as describeIssues, parseEvent } from '../../../core/event/parse.ts';
import { expandPattern, replaceAt } from '../../../core/event/pointer.ts';
import { EXAMPLE_TYPES, eventOf, exampleOf, type Loose, parsed } from './examples.ts';

function payloadOf(event: Loose): Loose {
  return event.payload as Loose;
}

test('every event type has an example, and the two categories are all', () => {
  expect([...EXAMPLE_TYPES].sort()).toEqual([...EVENT_TYPES].sort());
  expect(EVENT_TYPES).toHaveLength(AGENT_EVENT_TYPES.length + GOVERNANCE_EVENT_TYPES.length);
  expect(categoryOf('TASK_INITIATED')).toBe('agent');
  expect(categoryOf('KEY_ROTATED')).toBe('governance');
});

test.each([...EVENT_TYPES])('the example of %s is accepted as it stands', (type) => {
  expect(parseEvent(exampleOf(type))).toEqual({ ok: true, event: exampleOf(type) });
});

test.each([...EVENT_TYPES])('%s: an unknown field anywhere is refused and named', (type) => {
  const example = exampleOf(type);
  const free =
    /^\/(labels|payload\/(input|output|content|last_known_state|from|to|before|after|reasons|target\/filter))/;
  const objects: string[][] = [[]];
  for (let depth = 1; depth <= 4; depth++) objects.push(...expandPattern(example, Array(depth).fill('*')));
  for (const tokens of objects) {
    const spoilt = exampleOf(type);
    const at = tokens.reduce<unknown>((value, token) => Reflect.get(Object(value), token), spoilt);
    if (typeof at !== 'object' || at === null || Array.isArray(at) || free.test(`/${tokens.join('/')}`))
      continue;
    Reflect.set(at, 'surprise', 1);
    const result = parseEvent(spoilt);
    expect(result).toMatchObject({ ok: false, code: 'schema_invalid' });
    if (!result.ok && !/options_considered/.test(tokens.join('/')))
      expect(result.detail).toContain('unknown field "surprise"');
  }
});

test.each([...EVENT_TYPES])(
  '%s: a value of another kind is refused with its pointer, and not repeated',
  (type) => {
    const example = exampleOf(type);
    const free =
      /^payload\/(input|output|content|last_known_state|from|to|before|after|target\/filter)(\/|$)/;
    const leaves = [1, 2, 3, 4]
      .flatMap((depth) => expandPattern(example, Array(depth).fill('*')))
      .filter((tokens) => !free.test(tokens.join('/')));
    fc.assert(
      fc.property(fc.constantFrom(...leaves), fc.constantFrom([['SECRET']], -7.5, null), (tokens, wrong) => {
        const spoilt = exampleOf(type);
        replaceAt(spoilt, tokens, wrong);
        const result = parseEvent(spoilt);
        expect(result.ok).toBe(false);
        if (!result.ok) {
          expect(result.detail).toMatch(/^\/[a-z_]/);
          expect(result.detail).not.toContain('SECRET');
        }
      }),
      { numRuns: 60 },
    );
  },
);

test.each([...EVENT_TYPES])('%s: what is required is required', (type) => {
  for (const field of ['schema_version', 'event_id', 'event_type', 'occurred_at', 'agent', 'payload']) {
    const { [field]: _, ...rest } = exampleOf(type);
    const result = parseEvent(rest);
    expect(result).toMatchObject({ ok: false, code: 'schema_invalid' });
    if (!result.ok) expect(result.detail).toContain(`/${field}: `);
  }
});

test('a task is required of agents, optional on AGENT_CHANGED and unknown to governance', () => {
  const { task, ...message } = exampleOf('MESSAGE_EXCHANGED');
  expect(parseEvent(message)).toMatchObject({ ok: false, detail: expect.stringContaining('/task') });
  expect(parseEvent({ ...exampleOf('AGENT_CHANGED'), task })).toMatchObject({ ok: true });
  expect(parseEvent({ ...exampleOf('KEY_ROTATED'), task })).toMatchObject({ ok: false });
});

test('an initiator is required where a task begins, and a user needs an id', () => {
  const { initiator, ...begun } = exampleOf('TASK_INITIATED');
  expect(parseEvent(begun)).toMatchObject({ ok: false, detail: expect.stringContaining('/initiator') });
  expect(parseEvent({ ...begun, initiator: { type: 'user' } })).toMatchObject({
    ok: false,
    detail: '/initiator/user_id: expected the id of the user, since the type is user',
  });
  expect(parseEvent({ ...begun, initiator: { type: 'schedule' } })).toMatchObject({ ok: true });
  expect(parseEvent({ ...exampleOf('TASK_COMPLETED'), initiator })).toMatchObject({ ok: true });
});

test('the user of an event is its initiator, or the acting user of a governance event', () => {
  expect(userIdOf(eventOf('TASK_INITIATED'))).toBe('user-1');
  expect(userIdOf(eventOf('TASK_COMPLETED'))).toBeUndefined();
  expect(userIdOf(eventOf('TOKEN_ISSUED'))).toBe('user-3');
  expect(userIdOf(eventOf('AUDIT_ACCESSED'))).toBeUndefined();
  expect(userIdOf(eventOf('HUMAN_INTERVENED'))).toBeUndefined();
});

test('unknown types and versions have codes of their own', () => {
  expect(parseEvent({ ...exampleOf('TASK_RESUMED'), event_type: 'TASK_DREAMT' })).toMatchObject({
    code: 'event_type_unknown',
  });
  expect(parseEvent({ ...exampleOf('TASK_RESUMED'), event_type: 'toString' })).toMatchObject({
    code: 'event_type_unknown',
  });
  expect(parseEvent({ ...exampleOf('TASK_RESUMED'), schema_version: '2.0.0' })).toMatchObject({
    code: 'schema_version_unsupported',
  });
  for (const value of [null, 7, 'event', [], undefined]) {
    expect(parseEvent(value)).toMatchObject({ ok: false, code: 'schema_invalid' });
  }
});

test('a tenant that the sender names is handed over and is no part of the event', () => {
  const result = parseEvent({ ...exampleOf('TASK_RESUMED'), tenant_id: 'acme' });
  expect(result).toEqual({ ok: true, event: exampleOf('TASK_RESUMED'), tenantId: 'acme' });
  const inPayload = exampleOf('TASK_RESUMED');
  payloadOf(inPayload).tenant_id = 'acme';
  expect(parseEvent(inPayload)).toMatchObject({
    code: 'schema_invalid',
    detail: '/payload: unknown field "tenant_id"',
  });
});

test('limits of ids, labels and lists hold', () => {
  const base = exampleOf('TASK_RESUMED');
  const labels = (length: number) =>
    Object.fromEntries(Array.from({ length }, (_, index) => [`k${index}`, 'v']));
  expect(parseEvent({ ...base, labels: labels(32) })).toMatchObject({ ok: true });
  expect(parseEvent({ ...base, labels: labels(33) })).toMatchObject({
    ok: false,
    detail: '/labels: expected at most 32 labels',
  });
  expect(parseEvent({ ...base, task: { id: 'x'.repeat(256) } })).toMatchObject({ ok: true });
  expect(parseEvent({ ...base, task: { id: 'x'.repeat(257) } })).toMatchObject({ ok: false });
  expect(parseEvent({ ...base, task: { id: '' } })).toMatchObject({
    ok: false,
    detail: '/task/id: expected at least one character',
  });
});

test('considered options may be written on a line and are normalised', () => {
  const example = exampleOf('DECISION_POINT');
  payloadOf(example).options_considered = [
    'Initiate refund automatically - SELECTED',
    'Ask - not applicable: closed',
  ];
  expect(parsed(example).payload).toMatchObject({
    options_considered: [
      { option: 'Initiate refund automatically', outcome: 'selected' },
      { option: 'Ask', outcome: 'not_applicable', reason: 'closed' },
    ],
  });
  payloadOf(example).options_considered = ['Initiate refund automatically'];
  expect(parseEvent(example)).toMatchObject({ ok: false, detail: expect.stringContaining('- SELECTED') });
});

test('times are stored in UTC with milliseconds', () => {
  const event = parsed({ ...exampleOf('TASK_RESUMED'), occurred_at: '2026-11-24T10:30:00.1239+01:00' });
  expect(event.occurred_at).toBe('2026-11-24T09:30:00.123Z');
});

test('a time that does not exist is refused', () => {
  expect(parseEvent({ ...exampleOf('TASK_RESUMED'), occurred_at: '2026-02-30T00:00:00Z' })).toEqual({
    ok: false,
    code: 'schema_invalid',
    detail: '/occurred_at: expected an RFC 3339 time from 1970 to 9999',
  });
});

test('parsing again what was parsed changes nothing', () => {
  for (const type of EVENT_TYPES) expect(parsed(eventOf(type))).toEqual(eventOf(type));
});

test('a member called "constructor" or a long hostile name does no harm in a refusal', () => {
  const result = parseEvent({ ...exampleOf('TASK_RESUMED'), [`\u001b[31m${'x'.repeat(1000)}`]: 1 });
  expect(result).toMatchObject({ ok: false });
  if (!result.ok) {
    expect(result.detail).not.toContain('\u001b');
    expect(result.detail.length).toBeLessThan(300);
  }
});

test('without an issue there is still a sentence', () => {
  expect(describeIssues([])).toBe('the value: expected another');
});
