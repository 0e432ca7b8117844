import { expect, test } from '@jest/globals';
import { SCOPES, type Scope } from '../../../core/identity/scope.ts';
import { adminRoutes } from '../../../lambdas/admin-api/admin-api.ts';
import { MemoryWebhooks } from '../../support/memory-webhooks.ts';
import { clientOf } from '../shared/api-client.ts';
import { ApiWorld } from '../shared/api-world.ts';
import { adminApiOf } from './admin-world.ts';

const PATH = '/v1/audit/webhooks';
const URL = 'https://hooks.customer.example/audit?key=in-the-address';

class WebhooksWorld extends ApiWorld {
  readonly webhooks = new MemoryWebhooks();
  readonly #call = clientOf(adminRoutes(adminApiOf(this, { webhooks: this.webhooks })), this.terms);

  async ask(method: string, path: string, json?: object, scopes: readonly Scope[] = SCOPES) {
    const token = await this.token(scopes);
    const [plain = '', search = ''] = path.split('?');
    const query = Object.fromEntries(new URLSearchParams(search));
    return await this.#call(method, plain, { token, query, ...(json && { json }) });
  }

  async make(json: object = {}) {
    const { json: made, status } = await this.ask('POST', PATH, { url: URL, ...json });
    return { made, status, one: `${PATH}/${made.webhook_id}` };
  }

  /** What stands in the log of each change. */
  get changes() {
    return this.queued('WEBHOOK_CHANGED').map(({ payload }) => payload);
  }
}

test('an endpoint is set up from now on; its secret is shown this once and stands in no table and no log', async () => {
  const world = new WebhooksWorld();
  const { made, status, one } = await world.make({ name: 'SOC', filter: { category: 'all' } });
  expect(status).toBe(201);
  expect(made).toMatchObject({
    url: URL,
    receiver: { kind: 'standard', signature: 'v1' },
    state: 'enabled',
    next_index: 40,
    behind: 0,
    secret: expect.stringMatching(/^whsec_/),
  });
  const { secret, ...shown } = made;
  expect((await world.ask('GET', one)).json).toEqual(shown);
  expect((await world.ask('GET', PATH)).json).toEqual({ webhooks: [shown] });
  expect([...world.webhooks.secrets.secrets.values()]).toEqual([secret]);
  expect(JSON.stringify([await world.webhooks.endpoints.list(), world.queue])).not.toContain(secret);
  expect(world.changes).toMatchObject([
    {
      target: { type: 'webhook', id: made.webhook_id },
      after: { host: 'hooks.customer.example', state: 'enabled', from_index: 40, secret_version: 1 },
    },
  ]);
  expect(JSON.stringify(world.queue)).not.toContain('in-the-address');
  expect(world.webhooks.woken).toEqual(['wake']);
});

test('of a v1a endpoint the public key is shown, and nothing else leaves', async () => {
  const world = new WebhooksWorld();
  const { made } = await world.make({ receiver: { kind: 'ocsf', signature: 'v1a' } });
  expect(made.public_key).toMatch(/^whpk_/);
  expect(made.secret).toBeUndefined();
});

test.each([
  [{ url: 'http://hooks.customer.example/' }, 'url'],
  [{ url: 'https://10.0.0.7/' }, 'url'],
  [{ url: 'https://[fd00:ec2::254]/' }, 'url'],
  [{ url: 'https://169.254.169.254/latest/meta-data' }, 'url'],
  [{ receiver: { kind: 'carrier-pigeon' } }, 'receiver'],
  [{ filter: { event_type: ['NOTHING'] } }, 'filter'],
  [{ filter: { user_id: 'ann' } }, 'filter'],
  [{ from_index: 41 }, 'from_index'],
  [{ secret: 'mine' }, 'secret'],
  [{ credential: 'x' }, 'credential'],
  [{ receiver: { kind: 'splunk-hec' } }, 'credential'],
  [{ receiver: { kind: 'elastic-bulk', data_stream: '../_all' }, credential: 'x' }, 'receiver/data_stream'],
  [{ receiver: { kind: 'sentinel', rule_id: 'dcr-x' }, credential: 'x' }, 'receiver'],
  [{ receiver: { kind: 'splunk-hec' }, credential: 'x\r\ny' }, 'credential'],
])('%j is refused, and nothing is made', async (json, field) => {
  const world = new WebhooksWorld();
  const { status, made } = await world.make(json);
  expect([status, made.code]).toEqual([400, 'invalid_request']);
  expect(made.field).toContain(field);
  expect(await world.webhooks.endpoints.list()).toEqual([]);
  expect(world.webhooks.secrets.secrets.size).toBe(0);
});

test('who may not read events can not have them sent', async () => {
  const world = new WebhooksWorld();
  const { one } = await world.make();
  const scopes = ['webhooks'] as const;
  expect((await world.ask('POST', PATH, { url: URL }, scopes)).status).toBe(403);
  expect((await world.ask('PATCH', one, { url: 'https://other.example/' }, scopes)).status).toBe(403);
  expect((await world.ask('POST', `${one}/replay`, { from_index: 0 }, scopes)).status).toBe(403);
  expect((await world.ask('PATCH', one, { state: 'disabled' }, scopes)).status).toBe(200);
  expect((await world.ask('GET', PATH, undefined, ['events:read'])).status).toBe(403);
});

test('switching off and on, another address, a replay: each is a record, and begins a new stream', async () => {
  const world = new WebhooksWorld();
  const { one } = await world.make();
  expect((await world.ask('PATCH', one, { state: 'disabled' })).json).toMatchObject({
    state: 'disabled',
    disabled: { reason: 'by_request' },
  });
  expect((await world.ask('PATCH', one, { state: 'enabled', name: 'again' })).json).toMatchObject({
    state: 'enabled',
    name: 'again',
  });
  expect((await world.ask('POST', `${one}/replay`, { from_index: 12 })).json).toMatchObject({
    next_index: 12,
    behind: 28,
  });
  expect((await world.ask('POST', `${one}/replay`, { from_index: 41 })).status).toBe(400);
  expect((await world.ask('PATCH', one, {})).status).toBe(400);
  expect(world.changes.map(({ before, after }) => [before, after])).toMatchObject([
    [undefined, { state: 'enabled' }],
    [{ state: 'enabled' }, { state: 'disabled' }],
    [{ state: 'disabled' }, { state: 'enabled', name: 'again' }],
    [{ from_index: 40 }, { from_index: 12 }],
  ]);
  const [endpoint] = await world.webhooks.endpoints.list();
  expect(endpoint).toMatchObject({ revision: 4, generation: 4, start: { generation: 4, at: 12 } });
});

test('a secret is replaced: the old one signs until the overlap ends, at once where it leaked', async () => {
  const world = new WebhooksWorld();
  const { made, one } = await world.make();
  const { status, json } = await world.ask('POST', `${one}/secret`, {});
  expect(status).toBe(201);
  expect(json.secret).toMatch(/^whsec_/);
  expect(json.secret).not.toBe(made.secret);
  const [endpoint] = await world.webhooks.endpoints.list();
  expect(endpoint?.secrets).toEqual([{ version: 1, until: world.now + 24 * 3_600_000 }, { version: 2 }]);
  const leaked = await world.ask('POST', `${one}/secret`, { overlap_hours: 0 });
  expect([...world.webhooks.secrets.secrets.values()]).toEqual([leaked.json.secret]);
  expect((await world.webhooks.endpoints.list())[0]?.secrets).toEqual([{ version: 3 }]);
});

test('a removed endpoint is gone with its secrets, and the log has heard of it', async () => {
  const world = new WebhooksWorld();
  const { made, one } = await world.make();
  const { status, json } = await world.ask('DELETE', one);
  expect([status, json]).toEqual([
    200,
    { webhook_id: made.webhook_id, removed_at: '2026-11-24T09:00:00.000Z' },
  ]);
  expect(world.webhooks.secrets.secrets.size).toBe(0);
  expect(world.changes.at(-1)).toMatchObject({ after: { state: 'removed' } });
  for (const path of [one, `${one}/deliveries`]) expect((await world.ask('GET', path)).status).toBe(404);
  expect((await world.ask('DELETE', one)).status).toBe(404);
  expect((await world.ask('GET', PATH)).json).toEqual({ webhooks: [] });
});

test('a test is handed to who delivers, and found among the deliveries, which come in pages', async () => {
  const world = new WebhooksWorld();
  const { made, one } = await world.make();
  const { status, json } = await world.ask('POST', `${one}/test`);
  expect(status).toBe(202);
  expect(world.webhooks.woken.at(-1)).toBe(`${made.webhook_id} ${json.delivery_id}`);
  const attempts = [1, 2, 3].map((n) => ({
    delivery_id: `01a20ce4-82c0-7000-8000-00000000000${n}`,
    at: '2026-11-24T09:00:00.000Z',
    message: 'test' as const,
    message_id: 'm',
    records: 1,
    attempt: 1,
    outcome: 'failed' as const,
    problem: 'timeout' as const,
    duration_ms: 15_000,
  }));
  for (const attempt of attempts) await world.webhooks.deliveries.add(made.webhook_id, attempt);
  const first = await world.ask('GET', `${one}/deliveries?limit=2`);
  expect(first.json.deliveries).toEqual([attempts[2], attempts[1]]);
  const rest = await world.ask('GET', `${one}/deliveries?limit=2&cursor=${first.json.next_cursor}`);
  expect(rest.json).toEqual({ deliveries: [attempts[0]], next_cursor: null });
  expect((await world.ask('GET', `${one}/deliveries?cursor=x`)).status).toBe(400);
});

test('there are ten at most', async () => {
  const world = new WebhooksWorld();
  for (let n = 0; n < 10; n++) expect((await world.make()).status).toBe(201);
  const { status, made } = await world.make();
  expect([status, made.code]).toEqual([409, 'conflict']);
});

test('of two changes at the same time one is refused', async () => {
  const world = new WebhooksWorld();
  const { one } = await world.make();
  const answers = await Promise.all([
    world.ask('PATCH', one, { state: 'disabled' }),
    world.ask('PATCH', one, { name: 'other' }),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test('without the queue nothing is reported as done, and the next request says what was left unsaid', async () => {
  const world = new WebhooksWorld();
  const { one } = await world.make();
  world.queueIsDown = true;
  expect((await world.ask('PATCH', one, { state: 'disabled' })).status).toBe(503);
  world.queueIsDown = false;
  expect((await world.ask('GET', one)).json).toMatchObject({ state: 'disabled' });
  expect(world.changes.at(-1)).toMatchObject({ after: { state: 'disabled' } });
  expect((await world.webhooks.endpoints.list())[0]).not.toHaveProperty('unrecorded');
});

test('how an endpoint stands is shown: what fails, since when, and when it is tried again', async () => {
  const world = new WebhooksWorld();
  const { made, one } = await world.make();
  const state = {
    generation: 1,
    cursor: 38,
    acknowledged: 37,
    failures: 2,
    failingSince: world.now,
    nextAttemptAt: world.now + 300_000,
    most: 100,
    alertedTo: 0,
    delivered: 9,
    refused: 1,
    lastSuccessAt: world.now,
    lastFailure: { at: world.now, problem: 'status' as const, status: 500 },
  };
  world.webhooks.states.states.set(made.webhook_id, state);
  expect((await world.ask('GET', one)).json).toMatchObject({
    state: 'failing',
    next_index: 37,
    behind: 2,
    failures: 2,
    failing_since: '2026-11-24T09:00:00.000Z',
    next_attempt_at: '2026-11-24T09:05:00.000Z',
    last_failure: { problem: 'status', status: 500 },
  });
  const disabled = { at: world.now, reason: 'failed_for_days' as const };
  world.webhooks.states.states.set(made.webhook_id, { ...state, disabled });
  expect((await world.ask('GET', one)).json).toMatchObject({
    state: 'disabled',
    disabled: { at: '2026-11-24T09:00:00.000Z', reason: 'failed_for_days' },
  });
});

test('the credential of a SIEM is kept and never shown, and replaced by another', async () => {
  const world = new WebhooksWorld();
  const receiver = { kind: 'elastic-bulk', data_stream: 'logs-audit-default' };
  const { made, one } = await world.make({ receiver, credential: 'key-of-elastic' });
  expect(made.secret).toBeUndefined();
  expect([...world.webhooks.secrets.secrets.values()]).toEqual(['key-of-elastic']);
  expect((await world.ask('POST', `${one}/secret`, {})).status).toBe(400);
  const { status, text } = await world.ask('POST', `${one}/secret`, { credential: 'another' });
  expect(status).toBe(201);
  expect([...world.webhooks.secrets.secrets.values()]).toEqual(['another']);
  expect(JSON.stringify([made, text, await world.webhooks.endpoints.list(), world.queue])).not.toMatch(
    /key-of-elastic|"another"/,
  );
});
