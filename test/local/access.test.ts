import { expect, jest, test } from '@jest/globals';
import { uniqueName } from './support/events.ts';
import { eventually } from './support/eventually.ts';
import { call } from './support/http.ts';
import { localTenant } from './support/local-tenants.ts';
import { type Page, verifiedPage } from './support/log.ts';

jest.setTimeout(60_000);

const acme = localTenant('acme');
const globex = localTenant('globex');

/** The accesses by `filter`, verified, from the newest records of the log. */
async function accessesTo(
  tenant: typeof acme,
  user: string,
): Promise<Page['events'][number]['record']['event'][]> {
  const from = new Date(Date.now() - 5 * 60_000).toISOString();
  const { events } = await verifiedPage(tenant, { event_type: 'AUDIT_ACCESSED', from, limit: '1000' });
  return events
    .map(({ record }) => record.event)
    .filter(({ payload }) => JSON.stringify(payload).includes(user));
}

test.each([acme, globex])(
  'a read through API Gateway is a record of that log, and of no other ($id)',
  async (tenant) => {
    const user = uniqueName('user');
    const path = `/v1/audit/events?user_id=${user}&event_type=TOOL_CALLED`;
    const answer = await call(tenant, 'GET', path, { token: tenant.tokens.reader });
    expect(answer.status).toBe(200);
    const [access] = await eventually(async () => {
      const found = await accessesTo(tenant, user);
      expect(found).toHaveLength(1);
      return found;
    });
    expect(access?.payload).toMatchObject({
      actor: { type: 'token' },
      target: { type: 'events', filter: { user_id: [user], event_type: ['TOOL_CALLED'] }, count: 1 },
      after: { route: 'GET /v1/audit/events', actor_name: expect.any(String), given: 0, status: 200 },
      request_id: answer.headers.get('x-request-id'),
    });
    expect(await accessesTo(tenant === acme ? globex : acme, user)).toEqual([]);
  },
);

test('a log that is polled without end does not feed itself', async () => {
  const user = uniqueName('user');
  for (let poll = 0; poll < 10; poll++) {
    const path = `/v1/audit/events?order=log&limit=1&user_id=${user}`;
    expect((await call(acme, 'GET', path, { token: acme.tokens.reader })).status).toBe(200);
  }
  await eventually(async () => expect((await accessesTo(acme, user)).length).toBeGreaterThan(0));
  // One an instance of the function; the emulator has one, or starts a second.
  expect((await accessesTo(acme, user)).length).toBeLessThanOrEqual(3);

  const accesses = async () =>
    (await verifiedPage(acme, { event_type: 'AUDIT_ACCESSED', limit: '1000' })).total_count;
  await eventually(async () => {
    const before = await accesses();
    await accesses(); // pages with nothing but accesses
    expect(await accesses()).toBe(before);
  });
});

test('a repeat with an Idempotency-Key makes no second token, and shows no secret twice', async () => {
  const name = uniqueName('repeat');
  const sent = {
    token: acme.tokens.admin,
    body: { name, preset: 'reader' },
    headers: { 'idempotency-key': name },
  };
  const first = await call(acme, 'POST', '/v1/audit/tokens', sent);
  expect(first.status).toBe(201);
  const again = await call(acme, 'POST', '/v1/audit/tokens', sent);
  const { token_id, token } = JSON.parse(first.text) as { token_id: string; token: string };
  expect([again.status, again.headers.get('location')]).toEqual([409, `/v1/audit/tokens/${token_id}`]);
  expect(again.text).not.toContain(token);
  const other = await call(acme, 'POST', '/v1/audit/tokens', { ...sent, body: { name, preset: 'auditor' } });
  expect(other.status).toBe(422);
  expect(
    (await call(acme, 'DELETE', `/v1/audit/tokens/${token_id}`, { token: acme.tokens.admin })).status,
  ).toBe(200);
});
