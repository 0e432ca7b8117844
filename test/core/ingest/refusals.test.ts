import { expect, test } from '@jest/globals';
import { fromUtf8 } from '../../../core/encoding.ts';
import type { QueueMessage } from '../../../core/ingest/open-message.ts';
import { IntakeWorld, NOW } from './intake-world.ts';

const SECOND = NOW / 1_000;
const HOUR = 3_600;

/** `{"a":{"a":…}}`, so many levels of it. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
}

const BAD_EVENTS: Record<string, (world: IntakeWorld) => unknown> = {
  tenant_mismatch: (world) => world.event({ tenant_id: 'globex' }),
  too_deep: (world) => world.event({ payload: nested(200) }),
  key_forbidden: (world) =>
    JSON.parse(JSON.stringify(world.event({ labels: { x: 1 } })).replace('"x":', '"__proto__":')),
  event_type_reserved: (world) =>
    world.event({
      event_type: 'TOKEN_ISSUED',
      agent: { id: 'agent-audit-trail', version: '1' },
      task: undefined,
      initiator: undefined,
      subjects: undefined,
      causation: undefined,
      payload: { actor: { type: 'user', id: 'u' } },
    }),
  agent_not_allowed: (world) => world.event({ agent: { id: 'payroll-agent', version: '1' } }),
  schema_invalid: (world) => world.event({ surprise: true }),
  event_type_unknown: (world) => world.event({ event_type: 'TASK_DREAMT' }),
  schema_version_unsupported: (world) => world.event({ schema_version: '2.0.0' }),
  too_many_keys: (world) =>
    world.event({ labels: Object.fromEntries(Array.from({ length: 1_001 }, (_, i) => [`k${i}`, 'v'])) }),
  event_id_too_old: (world) => world.event({ event_id: '01900000-0000-7000-8000-000000000000' }),
  event_id_in_future: (world) => world.event({ event_id: '02000000-0000-7000-8000-000000000000' }),
  disclosure_invalid: (world) => ({
    event: world.event(),
    disclosures: [{ salt: 'x', pointer: '/payload/goal', value: 1 }],
  }),
};

test.each(Object.keys(BAD_EVENTS))(
  '%s: that event is refused alone, its neighbours are recorded',
  async (code) => {
    const world = await IntakeWorld.open();
    const [before, after] = [world.event(), world.event()];
    const bad = BAD_EVENTS[code]?.(world);
    const failed = await world.accept(await world.message([before, bad, after]));
    expect(failed).toEqual([]);
    expect(world.quarantine.codes()).toEqual([code]);
    expect(world.recordedIds()).toEqual([before.event_id, after.event_id]);
    expect(world.reports()).toHaveLength(1);
  },
);

const BAD_MESSAGES: Record<string, (world: IntakeWorld) => Promise<QueueMessage>> = {
  claim_missing: async (world) => {
    const { claim: _, ...bare } = await world.message([world.event()]);
    return bare;
  },
  claim_malformed: (world) => world.message([world.event()], { claim: 'not a JWT' }),
  claim_forged: async (world) => {
    const [one, other] = [await world.message([world.event()]), await world.message([world.event()])];
    const signature = other.claim?.split('.')[2] ?? '';
    return { ...one, claim: `${one.claim?.split('.').slice(0, 2).join('.')}.${signature}` };
  },
  claim_expired: (world) =>
    world.message([world.event()], { claims: { iat: SECOND - HOUR, exp: SECOND - HOUR + 300 } }),
  claim_not_yet_valid: (world) =>
    world.message([world.event()], { claims: { iat: SECOND + HOUR, exp: SECOND + HOUR + 300 } }),
  claim_wrong_audience: (world) =>
    world.message([world.event()], { claims: { aud: 'audit.example/globex/11111111' } }),
  claim_body_mismatch: async (world) => ({
    ...(await world.message([world.event()])),
    body: '{"nonce":"n","events":[]}',
  }),
  emitter_unknown: (world) => world.message([world.event()], { claims: { iss: 'somebody-else' } }),
  agent_not_allowed: (world) => world.message([world.event()], { claims: { sub: 'payroll-agent' } }),
};

test.each(Object.keys(BAD_MESSAGES))(
  '%s: the message is refused, nothing of it is kept, its neighbours are recorded',
  async (code) => {
    const world = await IntakeWorld.open();
    const good = world.event();
    const bad = await BAD_MESSAGES[code]?.(world);
    if (!bad) throw new Error('no such case');
    const failed = await world.accept(bad, await world.message([good]));
    expect(failed).toEqual([]);
    expect(world.recordedIds()).toEqual([good.event_id]);
    const [entry] = world.quarantine.entries.values();
    expect(entry).toMatchObject({ code, bytes: bad.body.length, source: 'sqs' });
    expect(entry).not.toHaveProperty('body');
    expect(entry).not.toHaveProperty('emitterId');
    expect(entry).not.toHaveProperty('eventId');
  },
);

test.each([
  ['message_not_json', '{"nonce":'],
  ['message_malformed', '{"nonce":"n","events":[]}'],
  ['message_malformed', '{"events":[{}]}'],
  ['key_duplicate', '{"nonce":"n","events":[{"a":1,"a":2}]}'],
  ['too_deep', `{"nonce":"n","events":[${'['.repeat(600)}${']'.repeat(600)}]}`],
])('%s: a message that cannot be read is one entry, kept for its verified sender', async (code, body) => {
  const world = await IntakeWorld.open();
  expect(await world.accept(await world.messageOf(body))).toEqual([]);
  const [entry, ...others] = world.quarantine.entries.values();
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ code, emitterId: 'emitter-1' });
  expect(fromUtf8(entry?.body ?? new Uint8Array())).toBe(body);
});

test('the content of an event that names another tenant is not kept, its sender and its id are', async () => {
  const world = await IntakeWorld.open();
  const event = world.event({ tenant_id: 'globex', surprise: 'and wrong besides' });
  await world.accept(await world.message([event]));
  const [entry] = world.quarantine.entries.values();
  expect(entry).toMatchObject({ code: 'tenant_mismatch', emitterId: 'emitter-1', eventId: event.event_id });
  expect(entry).not.toHaveProperty('body');
});

test('an agent cannot speak as the audit trail by the internal queue either, unless the message is our own', async () => {
  const world = await IntakeWorld.open();
  const governance = BAD_EVENTS.event_type_reserved?.(world);
  const emitter = { id: 'token-1' };
  await world.accept(world.internal({ source: 'https', emitter, events: [governance] }));
  expect(world.quarantine.codes()).toEqual(['event_type_reserved']);
  await world.accept(world.internal({ source: 'internal', emitter, events: [governance] }));
  expect(world.records().map(({ event }) => event.event_type)).toContain('TOKEN_ISSUED');
});

test('a batch with refusals is reported in the log once, with counts and entries, however often it is delivered', async () => {
  const world = await IntakeWorld.open();
  const one = await world.message([world.event({ surprise: 1 }), world.event({ tenant_id: 'globex' })]);
  const other = await world.message([world.event({ surprise: 2 })]);
  for (let delivery = 0; delivery < 3; delivery++) expect(await world.accept(one, other)).toEqual([]);
  expect(await world.accept(other)).toEqual([]);
  expect(world.quarantine.entries.size).toBe(3);
  const [report, ...others] = world.reports();
  expect(others).toEqual([]);
  expect(report?.event.payload).toMatchObject({
    refused: 3,
    reasons: { schema_invalid: 2, tenant_mismatch: 1 },
    after: { quarantine_ids: [...world.quarantine.entries.keys()].sort() },
  });
});

test('what was refused at the door is quarantined with the reason that the sender heard', async () => {
  const world = await IntakeWorld.open();
  const sent = world.event({ surprise: 1 });
  const digest = `sha256:${'0'.repeat(64)}`;
  const refused = [
    { code: 'schema_invalid', detail: 'said at the door', digest, bytes: 9, sent },
    { code: 'event_too_large', detail: 'too long to send on', digest, bytes: 3_000_000 },
  ];
  const good = world.event();
  await world.accept(
    world.internal({ source: 'https', emitter: { id: 'token-1' }, events: [good], refused }),
  );
  expect(world.recordedIds()).toEqual([good.event_id]);
  const [kept, named] = world.quarantine.entries.values();
  expect(kept).toMatchObject({ detail: 'said at the door', eventId: sent.event_id, emitterId: 'token-1' });
  expect(named).toMatchObject({ code: 'event_too_large', bytes: 3_000_000, digest });
  expect(named).not.toHaveProperty('body');
});
