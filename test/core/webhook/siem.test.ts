import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { PostRequest } from '../../../core/webhook/push.ts';
import type { Receiver } from '../../../core/webhook/receiver.ts';
import { answer, type Receive, WebhookWorld } from './webhook-world.ts';

const GOLDEN = join(import.meta.dirname, 'golden');
const DCR = `dcr-${'0123456789abcdef'.repeat(2)}`;
const GUID = '00000000-0000-4000-8000-000000000001';

const SPLUNK: Receiver = { kind: 'splunk-hec', ack: false };
const ELASTIC: Receiver = { kind: 'elastic-bulk', data_stream: 'logs-agent_audit_trail-default' };
const SENTINEL: Receiver = {
  kind: 'sentinel',
  directory_id: GUID,
  client_id: GUID,
  rule_id: DCR,
  stream: 'Custom-AgentAudit_CL',
  cloud: 'public',
};
const LOGIN = `https://login.microsoftonline.com/${GUID}/oauth2/v2.0/token`;
const INGEST = `https://dce.example/dataCollectionRules/${DCR}/streams/Custom-AgentAudit_CL?api-version=2023-01-01`;

/** A world with one endpoint of this kind, whose credential is `credential`, and two records to push. */
async function pushing(receiver: Receiver, url: string, receive: Record<string, Receive>) {
  const world = await WebhookWorld.open();
  const endpoint = await world.endpoint(url, { receiver });
  await world.secrets.write(endpoint.endpointId, 1, 'credential');
  for (const [address, answers] of Object.entries(receive)) world.receive(address, answers);
  await world.append(2);
  return { world, endpoint };
}

const lines = (request: PostRequest | undefined) =>
  (request?.body ?? '')
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

/** What is sent, held against the file; `UPDATE_GOLDEN=1` writes it anew. */
function expectGolden(name: string, body: string): void {
  const file = join(GOLDEN, name);
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, body);
  expect(body).toBe(readFileSync(file, 'utf8'));
}

describe('Splunk', () => {
  const EVENT = 'https://splunk.example:8088/services/collector/event';
  const success = () => answer(200, { text: 'Success', code: 0 });
  const push = (receive: Record<string, Receive>, receiver = SPLUNK) =>
    pushing(receiver, 'https://splunk.example:8088/', receive);

  test('objects one after another, with the token, in the index that was named', async () => {
    const { world, endpoint } = await push({ [EVENT]: success }, { ...SPLUNK, index: 'agents' });
    await world.dispatch();
    const [request] = world.heard.get(EVENT) ?? [];
    expect(request?.headers).toMatchObject({ authorization: 'Splunk credential' });
    expect(request?.headers).not.toHaveProperty('x-splunk-request-channel');
    expect(lines(request)).toMatchObject([
      { index: 'agents', fields: { log_index: '0' }, event: { metadata: { sequence: 0 } } },
      { index: 'agents', fields: { log_index: '1' }, event: { metadata: { sequence: 1 } } },
    ]);
    expect(world.state(endpoint)).toMatchObject({ cursor: 2, delivered: 2 });
    expectGolden('splunk-hec.txt', request?.body ?? '');
  });

  test.each([
    ['busy', answer(503, { text: 'Server is busy', code: 9 }), 'status'],
    ['an unknown token', answer(403, { text: 'Invalid token', code: 4 }), 'credentials_refused'],
    ['a format that it does not take', answer(400, { code: 6, 'invalid-event-number': 1 }), 'status'],
    ['garbage', answer(200, '<html>'), 'answer_malformed'],
    ['a success that is none', answer(200, { text: 'no', code: 6 }), 'answer_malformed'],
  ])('%s is a failure, and all of it is sent again', async (_name, said, problem) => {
    const { world, endpoint } = await push({ [EVENT]: () => said });
    const wakeAt = await world.dispatch();
    expect(world.attempts(endpoint)).toMatchObject([{ outcome: 'failed', problem }]);
    world.receive(EVENT, success);
    world.intake.now = wakeAt ?? 0;
    await world.dispatch();
    const [first, second] = world.heard.get(EVENT) ?? [];
    expect(second?.body).toBe(first?.body);
    expect(world.state(endpoint)).toMatchObject({ cursor: 2 });
  });

  describe('with acknowledgement', () => {
    const ACK: Receiver = { ...SPLUNK, ack: true };
    const taken = () => answer(200, { text: 'Success', code: 0, ackId: 7 });
    const askedAt = (id: string) => `https://splunk.example:8088/services/collector/ack?channel=${id}`;

    test('what was taken is delivered only once it is indexed', async () => {
      const { world, endpoint } = await push({ [EVENT]: taken }, ACK);
      const ask = askedAt(endpoint.endpointId);
      world.receive(ask, () => answer(200, { acks: { 7: false } }));
      const wakeAt = (await world.dispatch()) ?? 0;
      expect(wakeAt - world.now).toBe(5_000);
      expect(world.state(endpoint)).toMatchObject({ cursor: 0 });
      world.intake.now = wakeAt;
      await world.dispatch();
      expect(world.heard.get(ask)?.[0]?.headers['x-splunk-request-channel']).toBe(endpoint.endpointId);
      expect(JSON.parse(world.heard.get(ask)?.[0]?.body ?? '')).toEqual({ acks: [7] });
      world.receive(ask, () => answer(200, { acks: { 7: true } }));
      world.intake.now += 5_000;
      await world.dispatch();
      expect(world.state(endpoint)).toMatchObject({ cursor: 2, delivered: 2 });
      expect(world.heard.get(EVENT)).toHaveLength(1);
      expect(world.attempts(endpoint).map(({ outcome }) => outcome)).toEqual([
        'accepted',
        'accepted',
        'delivered',
      ]);
    });

    test('what never is, is sent again after five minutes', async () => {
      const { world, endpoint } = await push({ [EVENT]: taken }, ACK);
      world.receive(askedAt(endpoint.endpointId), () => answer(200, { acks: { 7: false } }));
      await world.runUntil(world.now + 20 * 60_000);
      expect(world.heard.get(EVENT)?.length).toBeGreaterThan(1);
      expect(world.attempts(endpoint).some(({ problem }) => problem === 'not_acknowledged')).toBe(true);
    });

    test('a collector that can not be asked may have it; one that knows nothing of it has not', async () => {
      const { world, endpoint } = await push({ [EVENT]: taken }, ACK);
      const ask = askedAt(endpoint.endpointId);
      world.receive(ask, () => answer(503));
      world.intake.now = (await world.dispatch()) ?? 0;
      world.intake.now = (await world.dispatch()) ?? 0;
      world.receive(ask, () => answer(400, { code: 10 }));
      world.intake.now = (await world.dispatch()) ?? 0;
      expect(world.heard.get(EVENT)).toHaveLength(1);
      await world.dispatch();
      expect(world.heard.get(EVENT)).toHaveLength(2);
    });

    test.each([[{ text: 'Success', code: 0 }], [{ acks: 'all' }]])('%j is no receipt', async (said) => {
      const { world, endpoint } = await push(
        { [EVENT]: 'code' in said ? () => answer(200, said) : taken },
        ACK,
      );
      world.receive(askedAt(endpoint.endpointId), () => answer(200, said));
      world.intake.now = (await world.dispatch()) ?? 0;
      if (!('code' in said)) await world.dispatch();
      expect(world.attempts(endpoint).at(-1)).toMatchObject({ problem: 'answer_malformed' });
    });
  });
});

describe('Elastic', () => {
  const BULK = 'https://elastic.example/logs-agent_audit_trail-default/_bulk';
  const push = (receive: Receive) => pushing(ELASTIC, 'https://elastic.example', { [BULK]: receive });
  const items = (...statuses: number[]) =>
    answer(200, {
      errors: statuses.some((status) => status > 299),
      items: statuses.map((status) => ({ create: { status } })),
    });

  test('a document a record, created under its own id', async () => {
    const { world, endpoint } = await push(() => items(201, 201));
    await world.dispatch();
    const [request] = world.heard.get(BULK) ?? [];
    expect(request?.headers).toMatchObject({
      authorization: 'ApiKey credential',
      'content-type': 'application/x-ndjson',
    });
    expect(lines(request)).toMatchObject([
      { create: { _id: expect.any(String) } },
      { event: { sequence: 0 } },
      { create: {} },
      { event: { sequence: 1 } },
    ]);
    expect(world.state(endpoint)).toMatchObject({ delivered: 2 });
    expectGolden('elastic-bulk.ndjson', request?.body ?? '');
  });

  test('what is there already was wanted; what will never be taken is named, and the rest goes on', async () => {
    const { world, endpoint } = await push(() => items(409, 400));
    await world.dispatch();
    expect(world.state(endpoint)).toMatchObject({ cursor: 2, delivered: 1, refused: 1 });
    expect(world.attempts(endpoint)).toMatchObject([
      { outcome: 'delivered', records: 2, refused: [{ log_index: 1, status: 400 }] },
    ]);
  });

  test('part of it throttled: all of it is sent again, and what was taken says so', async () => {
    const { world, endpoint } = await push(() => items(201, 429));
    world.intake.now = (await world.dispatch()) ?? 0;
    expect(world.attempts(endpoint)).toMatchObject([{ outcome: 'failed', status: 429 }]);
    world.receive(BULK, () => items(409, 201));
    await world.dispatch();
    expect(world.state(endpoint)).toMatchObject({ cursor: 2, delivered: 2, refused: 0 });
  });

  test.each([
    ['throttled as a whole', answer(429, '', '30'), 'status'],
    ['an unknown key', answer(401), 'credentials_refused'],
    ['an answer for something else', items(201), 'answer_malformed'],
    ['garbage', answer(200, '\u0000'), 'answer_malformed'],
    [
      'octets that are no text',
      { ...answer(200), body: new Uint8Array([0xff, 0xfe]) } as never,
      'answer_malformed',
    ],
  ])('%s is a failure', async (_name, said, problem) => {
    const { world, endpoint } = await push(() => said);
    await world.dispatch();
    expect(world.attempts(endpoint)).toMatchObject([{ outcome: 'failed', problem }]);
  });
});

describe('Microsoft Sentinel', () => {
  const token = (expires_in = 3_599) =>
    answer(200, { token_type: 'Bearer', expires_in, access_token: 'entra' });
  const push = (receive: Record<string, Receive>) => pushing(SENTINEL, 'https://dce.example', receive);

  test('rows with the columns of ASIM, with a token that is asked for once', async () => {
    const { world, endpoint } = await push({ [LOGIN]: () => token(), [INGEST]: () => answer(204) });
    await world.dispatch();
    await world.append(1);
    await world.dispatch();
    const [login, ...more] = world.heard.get(LOGIN) ?? [];
    expect(more).toEqual([]);
    expect(Object.fromEntries(new URLSearchParams(login?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: GUID,
      client_secret: 'credential',
      scope: 'https://monitor.azure.com//.default',
    });
    const [request] = world.heard.get(INGEST) ?? [];
    expect(request?.headers).toMatchObject({ authorization: 'Bearer entra' });
    expect(JSON.parse(request?.body ?? '')).toMatchObject([
      { EventSchema: 'AuditEvent', EventType: 'Execute', LogIndex: 0, AuditTenantId: 'acme' },
      { LogIndex: 1 },
    ]);
    expect(world.state(endpoint)).toMatchObject({ delivered: 3 });
    expectGolden('sentinel.txt', request?.body ?? '');
  });

  test('an application that Entra does not know, garbage in the place of a token, a login that wants nothing', async () => {
    for (const [said, problem] of [
      [answer(400, { error: 'invalid_client' }), 'credentials_refused'],
      [answer(401, { error: 'invalid_client' }), 'credentials_refused'],
      [answer(200, { access_token: 7 }), 'answer_malformed'],
      [answer(410), 'status'],
      [{ answered: false, problem: 'timeout' }, 'timeout'],
    ] as const) {
      const { world, endpoint } = await push({ [LOGIN]: () => said });
      await world.dispatch();
      expect(world.attempts(endpoint)).toMatchObject([{ outcome: 'failed', problem }]);
      expect(world.heard.get(INGEST)).toBeUndefined();
    }
  });

  test('a token that is refused, or has run out, is asked for anew', async () => {
    const { world } = await push({ [LOGIN]: () => token(120), [INGEST]: () => answer(401) });
    world.intake.now = (await world.dispatch()) ?? 0;
    world.receive(INGEST, () => answer(204));
    await world.dispatch();
    expect(world.heard.get(LOGIN)).toHaveLength(2);
    world.intake.now += 61_000;
    await world.append(1);
    await world.dispatch();
    expect(world.heard.get(LOGIN)).toHaveLength(3);
  });

  test('413 makes messages smaller, 429 waits as long as it asks for', async () => {
    const { world, endpoint } = await push({
      [LOGIN]: () => token(),
      [INGEST]: ({ body }) => answer(JSON.parse(body).length > 1 ? 413 : 204),
    });
    await world.dispatch();
    expect(world.state(endpoint)).toMatchObject({ cursor: 2, delivered: 2 });
    world.receive(INGEST, () => answer(429, '', '600'));
    await world.append(1);
    expect(await world.dispatch()).toBe(world.now + 600_000);
  });
});

test.each([
  [
    'splunk-hec',
    SPLUNK,
    'https://splunk.example:8088',
    'https://splunk.example:8088/services/collector/event',
  ],
  [
    'elastic-bulk',
    ELASTIC,
    'https://elastic.example',
    'https://elastic.example/logs-agent_audit_trail-default/_bulk',
  ],
  ['sentinel', SENTINEL, 'https://dce.example', INGEST],
])(
  '%s hears that the log can not be trusted; a test of it without a record says so',
  async (_kind, receiver, url, address) => {
    const world = await WebhookWorld.open();
    const endpoint = await world.endpoint(url, { receiver });
    world.receive(LOGIN, () => answer(200, { access_token: 'entra', expires_in: '60' }));
    world.receive(address, () =>
      answer(200, { code: 0, errors: false, items: [{ create: { status: 201 } }] }),
    );
    await world.test(endpoint);
    expect(world.attempts(endpoint)).toMatchObject([{ message: 'test', problem: 'nothing_to_send' }]);
    world.intake.now += 1;
    await world.intake.intake.log.heads.halt('two versions');
    await world.dispatch();
    expect(world.heard.get(address)?.[0]?.body).toContain('two versions');
    expect(world.attempts(endpoint).at(-1)).toMatchObject({ message: 'alert', outcome: 'delivered' });
  },
);

test('an outage of a day loses nothing: every index arrives once', async () => {
  const BULK = 'https://elastic.example/logs-agent_audit_trail-default/_bulk';
  const world = await WebhookWorld.open();
  const until = world.now + 86_400_000;
  const seen = new Map<string, number>();
  await world.endpoint('https://elastic.example', { receiver: ELASTIC });
  world.receive(BULK, (request) => {
    if (world.now < until) return answer(503);
    const documents = lines(request).filter((_, position) => position % 2 === 1) as {
      event: { id: string; sequence: number };
    }[];
    const statuses = documents.map(({ event }) => (seen.has(event.id) ? 409 : 201));
    for (const { event } of documents) seen.set(event.id, event.sequence);
    return answer(200, { errors: false, items: statuses.map((status) => ({ create: { status } })) });
  });
  for (let part = 0; part < 4; part++) {
    await world.append(3);
    await world.runUntil(world.now + 6 * 3_600_000);
  }
  await world.runUntil(world.now + 86_400_000);
  expect([...seen.values()].sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, index) => index));
});
