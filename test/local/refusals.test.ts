import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { SignJWT } from 'jose';
import { bodyDigest, type Claim } from '../../core/identity/claim.ts';
import { keyIdOf } from '../../core/identity/emitter.ts';
import { type PlainEvent, plainEvent, uniqueName } from './support/events.ts';
import { call } from './support/http.ts';
import { type LocalTenant, localTenant } from './support/local-tenants.ts';
import { type Quarantined, quarantineOf, recordsOf, walk } from './support/log.ts';
import {
  bodyOf,
  claimFor,
  emitterKeyOf,
  type IngestMessage,
  messageOf,
  sendToQueue,
} from './support/queue.ts';

const TIMEOUT = 60_000;
const HOUR = 3_600;

const OTHER: Record<string, string> = { acme: 'globex', globex: 'acme' };

/** `{"a":{"a":…}}`, so many levels of it. */
function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = { a: value };
  return value;
}

/** An event with a member that only JSON text can have. */
function withProto(event: PlainEvent): unknown {
  return JSON.parse(JSON.stringify({ ...event, labels: { x: 'y' } }).replace('"x"', '"__proto__"'));
}

/** Events that are refused alone: what is wrong with each, and the code that the sender reads. */
const BAD_EVENTS: [name: string, code: string, make: (task: string, other: string) => unknown][] = [
  ["with another tenant's id", 'tenant_mismatch', (task, other) => plainEvent(task, { tenant_id: other })],
  ['200 levels deep', 'too_deep', (task) => plainEvent(task, { payload: nested(200) })],
  ['with __proto__', 'key_forbidden', (task) => withProto(plainEvent(task))],
  [
    'of a governance type',
    'event_type_reserved',
    (task) => plainEvent(task, { event_type: 'LEGAL_HOLD_RELEASED' }),
  ],
  [
    'that speaks as the audit trail',
    'event_type_reserved',
    (task) => plainEvent(task, { agent: { id: 'agent-audit-trail', version: '1.0.0' } }),
  ],
  ['with a field that nobody knows', 'schema_invalid', (task) => plainEvent(task, { surprise: true })],
];

/** What a message is made of before it is spoilt. */
interface Parts {
  tenant: LocalTenant;
  other: LocalTenant;
  body: string;
}

/** Claims that do not hold. Nothing is known of who sent these, so nothing of their content may be kept. */
const BAD_CLAIMS: [name: string, code: string, make: (parts: Parts) => Promise<string | undefined>][] = [
  ['no claim', 'claim_missing', async () => undefined],
  ['a claim that is none', 'claim_malformed', async () => 'none'],
  ['a forged claim', 'claim_forged', ({ tenant, body }) => forgedClaim(tenant, body)],
  [
    'an expired claim',
    'claim_expired',
    ({ tenant, body }) => claimFor(tenant, emitterKeyOf(tenant), body, issued(-HOUR)),
  ],
  [
    'a claim of the future',
    'claim_not_yet_valid',
    ({ tenant, body }) => claimFor(tenant, emitterKeyOf(tenant), body, issued(HOUR)),
  ],
  [
    "another tenant's claim, true there",
    'claim_wrong_audience',
    ({ other, body }) => claimFor(other, emitterKeyOf(other), body),
  ],
  [
    'a claim for another log by our own emitter',
    'claim_wrong_audience',
    ({ tenant, other, body }) => claimFor(other, emitterKeyOf(tenant), body),
  ],
  [
    "a claim for this log by another tenant's emitter",
    'emitter_unknown',
    ({ tenant, other, body }) => claimFor(tenant, emitterKeyOf(other), body),
  ],
  [
    'a claim for another body',
    'claim_body_mismatch',
    ({ tenant, body }) => claimFor(tenant, emitterKeyOf(tenant), `${body} `),
  ],
  [
    'a claim for an agent that the emitter may not speak for',
    'agent_not_allowed',
    ({ tenant, body }) => claimFor(tenant, emitterKeyOf(tenant), body, { sub: 'payroll-agent' }),
  ],
];

/** Bodies that no event can be read from, sent with a claim that holds. */
const BAD_BODIES: [name: string, code: string, make: (task: string) => string][] = [
  ['not JSON', 'message_not_json', (task) => `{"nonce":"${task}","events":[`],
  ['without events', 'message_malformed', (task) => JSON.stringify({ nonce: task, events: [] })],
  [
    '600 levels deep around the events',
    'too_deep',
    (task) => `{"nonce":"${task}","events":[${'['.repeat(600)}${']'.repeat(600)}]}`,
  ],
  ['with a member twice', 'key_duplicate', (task) => `{"nonce":"${task}","nonce":"${task}","events":[1]}`],
];

describe.each(['acme', 'globex'])('%s', (id) => {
  const tenant = localTenant(id);
  const other = localTenant(OTHER[id] ?? '');
  const task = uniqueName('refusals');
  const good: PlainEvent[] = [];
  const bodies = new Map<string, string>();
  const spoilt = new Map<string, PlainEvent>();
  let quarantined: Quarantined[];

  /** What is in quarantine of everything that this file sent to the queue. */
  function allRefused(): Promise<Quarantined[]> {
    const digests = new Set<string>([...bodies.values()].map((body) => bodyDigest(body)));
    const ids = new Set([...spoilt.values()].map(({ event_id }) => event_id));
    return quarantineOf(
      tenant,
      ({ digest, event_id }) => digests.has(digest) || ids.has(event_id ?? ''),
      BAD_EVENTS.length + BAD_CLAIMS.length + BAD_BODIES.length,
    );
  }

  function refusalOf(body: string): Quarantined | undefined {
    return quarantined.find(({ digest }) => digest === bodyDigest(body));
  }

  function goodEvent(): PlainEvent {
    const event = plainEvent(task);
    good.push(event);
    return event;
  }

  beforeAll(async () => {
    const bad = BAD_EVENTS.map(([name, , make]) => {
      const event = make(uniqueName('bad'), other.id) as PlainEvent;
      spoilt.set(name, event);
      return event;
    });
    // Good events before, between and behind the bad ones, in one message.
    const mixed = [goodEvent(), ...bad.flatMap((event) => [event, goodEvent()])];
    const unclaimed = BAD_CLAIMS.map(async ([name, , make]): Promise<IngestMessage> => {
      const body = bodyOf([plainEvent(uniqueName('bad'))]);
      bodies.set(name, body);
      const claim = await make({ tenant, other, body });
      return { body, ...(claim !== undefined && { claim }) };
    });
    const unreadable = BAD_BODIES.map(async ([name, , make]): Promise<IngestMessage> => {
      const body = make(uniqueName('bad'));
      bodies.set(name, body);
      return { body, claim: await claimFor(tenant, emitterKeyOf(tenant), body) };
    });
    const messages = await Promise.all([messageOf(tenant, mixed), ...unclaimed, ...unreadable]);
    const interleaved: IngestMessage[] = [];
    for (const message of messages) interleaved.push(message, await messageOf(tenant, [goodEvent()]));
    for (let start = 0; start < interleaved.length; start += 10)
      await sendToQueue(tenant, interleaved.slice(start, start + 10));
    quarantined = await allRefused();
  }, TIMEOUT);

  test(
    'whatever came in one message or one batch with the refused is recorded',
    async () => {
      const { events } = await recordsOf(tenant, task, good.length);
      const recorded = events.map(({ record }) => record.event.event_id);
      expect(recorded.toSorted()).toEqual(good.map(({ event_id }) => event_id).toSorted());
    },
    TIMEOUT,
  );

  test.each(BAD_EVENTS)(
    'an event %s is refused alone, with the code %s',
    async (name, code) => {
      const event = spoilt.get(name);
      const text = JSON.stringify(event);
      const refused = refusalOf(text);
      expect(refused).toMatchObject({ code, source: 'sqs', emitter_id: emitterKeyOf(tenant).emitter_id });
      expect(refused?.event_id).toBe(event?.event_id);
      // What names another tenant may be another tenant's: it is not kept.
      expect(refused?.content).toBe(code === 'tenant_mismatch' ? undefined : text);
      await expectNoRecord(tenant, event?.event_id ?? '', code);
    },
    TIMEOUT,
  );

  test.each(BAD_CLAIMS)(
    'a message with %s is refused with the code %s, and nothing of it is kept',
    async (name, code) => {
      const body = bodies.get(name) ?? '';
      const refused = refusalOf(body);
      expect(refused).toMatchObject({ code, source: 'sqs', bytes: Buffer.byteLength(body) });
      for (const absent of ['content', 'emitter_id', 'event_id', 'content_hash'])
        expect(refused).not.toHaveProperty(absent);
      const [event] = JSON.parse(body).events;
      await expectNoRecord(tenant, event.event_id);
    },
    TIMEOUT,
  );

  test.each(BAD_BODIES)(
    'a message %s is refused with the code %s, and kept for its verified sender',
    (name, code) => {
      const body = bodies.get(name) ?? '';
      expect(refusalOf(body)).toMatchObject({
        code,
        source: 'sqs',
        emitter_id: emitterKeyOf(tenant).emitter_id,
        content: body,
      });
    },
  );

  test(
    'the log itself tells of every refusal, by the id that it has in quarantine',
    async () => {
      const query = { category: 'governance', event_type: 'EVENTS_REFUSED', limit: '1000' };
      const told = (await walk(tenant, query)).flatMap((page) =>
        page.events.flatMap(({ record }) => {
          const { after } = record.event.payload as { after: { quarantine_ids: string[] } };
          return after.quarantine_ids;
        }),
      );
      const untold = quarantined.filter(({ quarantine_id }) => !told.includes(quarantine_id));
      expect(untold).toEqual([]);
      expect(new Set(told).size).toBe(told.length);
    },
    TIMEOUT,
  );

  test(
    'over HTTPS the sender hears of each refusal at once, and finds it in quarantine',
    async () => {
      const https = uniqueName('refusals-https');
      const bad = BAD_EVENTS.map(([, code, make]) => ({ code, event: make(https, other.id) as PlainEvent }));
      const beside = plainEvent(https);
      const answer = await call(tenant, 'POST', '/v1/audit/events', {
        token: tenant.tokens.writer,
        body: { events: [...bad.map(({ event }) => event), beside] },
      });
      expect(answer.status).toBe(202);
      expect(answer.body).toMatchObject({
        accepted: [{ event_id: beside.event_id }],
        rejected: bad.map(({ code }, index) => ({ index, code })),
      });
      await recordsOf(tenant, https, 1);
      const ids = new Map(bad.map(({ code, event }) => [event.event_id, code]));
      const refused = await quarantineOf(tenant, ({ event_id }) => ids.has(event_id ?? ''), bad.length);
      for (const { event_id, code, source, content } of refused) {
        expect({ code, source }).toEqual({ code: ids.get(event_id ?? ''), source: 'https' });
        expect(content === undefined).toBe(code === 'tenant_mismatch');
      }
    },
    TIMEOUT,
  );

  test('five megabytes over HTTPS are 413, said as a problem', async () => {
    const event = plainEvent(uniqueName('too-large'), { labels: { filler: 'x'.repeat(5 * 1024 * 1024) } });
    const answer = await call(tenant, 'POST', '/v1/audit/events', {
      token: tenant.tokens.writer,
      body: { events: [event] },
    });
    expect(answer).toMatchObject({ status: 413, body: { status: 413, code: 'too_large' } });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    await expectNoRecord(tenant, event.event_id);
  });

  test('who may not see personal fields sees why, and not what', async () => {
    const { status, body, text } = await call(tenant, 'GET', '/v1/audit/quarantine?limit=1000', {
      token: tenant.tokens.reader,
    });
    expect(status).toBe(200);
    expect((body as { quarantine: unknown[] }).quarantine.length).toBeGreaterThan(BAD_EVENTS.length);
    expect(text).not.toContain('"content"');
    expect((await call(tenant, 'GET', '/v1/audit/quarantine')).status).toBe(401);
  });
});

/** Nothing under `eventId` is in the log; where its refusal is known by that id, its sender is told the reason. */
async function expectNoRecord(tenant: LocalTenant, eventId: string, code?: string): Promise<void> {
  const token = tenant.tokens.reader;
  expect((await call(tenant, 'GET', `/v1/audit/events/${eventId}`, { token })).status).toBe(404);
  const receipt = await call(tenant, 'GET', `/v1/audit/receipts/${eventId}`, { token });
  if (code === undefined) expect(receipt.status).toBe(404);
  else expect(receipt).toMatchObject({ status: 422, body: { code } });
}

function issued(secondsFromNow: number): Partial<Claim> {
  const iat = Math.floor(Date.now() / 1_000) + secondsFromNow;
  return { iat, exp: iat + 300 };
}

/** A claim that says all the right things, under the emitter's key id, signed with a key of the forger's own. */
async function forgedClaim(tenant: LocalTenant, body: string): Promise<string> {
  const key = emitterKeyOf(tenant);
  const [, payload = ''] = (await claimFor(tenant, key, body)).split('.');
  const { privateKey } = generateKeyPairSync('ed25519');
  return await new SignJWT(JSON.parse(Buffer.from(payload, 'base64url').toString()))
    .setProtectedHeader({ alg: 'EdDSA', kid: await keyIdOf(key.private_jwk) })
    .sign(privateKey);
}
