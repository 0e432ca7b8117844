import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { asTenantId } from '../../../../core/event/ids.ts';
import { mintToken, parseToken } from '../../../../core/identity/token.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';
import { run, withServedTenant } from './served-tenant.ts';

let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'tokens-test-'));
});
afterEach(() => rmSync(state, { recursive: true }));

const token = (...args: string[]) => run('token', ...args, '--state', state);

test('a token stands alone on standard output; what to know about it stands beside', async () => {
  await withServedTenant(state, async ({ recorded }) => {
    const { status, out, err } = await token('create', 'acme', '--preset', 'reader', '--actor', 'alex');
    expect(status).toBe(0);
    expect(parseToken(out)).toEqual({ tenantId: 'acme' });
    expect(err).toMatch(/shown this once[\s\S]*token revoke acme [0-9a-f-]{36}$/);
    expect(err).not.toContain(out);
    expect(recorded.join()).toContain('"actor":{"type":"operator","id":"alex"}');
  });
});

test('scopes, name and days reach the token, and list shows them', async () => {
  await withServedTenant(state, async () => {
    const scopes = ['--scope', 'events:read', '--scope', 'log:read'];
    await token('create', 'acme', ...scopes, '--name', 'siem', '--expires-in-days', '30');
    const listed = await token('list', 'acme', '--json');
    expect(JSON.parse(listed.out)).toMatchObject({
      tokens: [
        { name: 'siem', scopes: ['events:read', 'log:read'], valid_until: '2026-12-24T12:00:00.000Z' },
      ],
    });
    expect((await token('list', 'acme')).out).toMatch(/siem +active +2026-12-24/);
  });
});

test('a rotated token stands alone on standard output, and the old one ends after the overlap', async () => {
  await withServedTenant(state, async ({ recorded }) => {
    const made = await token('create', 'acme', '--preset', 'writer', '--requests-per-minute', '30', '--json');
    const { token_id } = JSON.parse(made.out) as { token_id: string };
    const { status, out, err } = await token('rotate', 'acme', token_id, '--overlap-hours', '2');
    expect(status).toBe(0);
    expect(parseToken(out)).toEqual({ tenantId: 'acme' });
    expect(err).toContain(`Token ${token_id} ends in 2 h`);
    const { tokens } = JSON.parse((await token('list', 'acme', '--json')).out) as { tokens: object[] };
    expect(tokens).toMatchObject([
      { token_id, valid_until: '2026-11-24T14:00:00.000Z', rotated_by: expect.any(String) },
      { name: 'writer', scopes: ['events:write'] },
    ]);
    expect(recorded.join()).toContain('"requests_per_minute":30');
  });
});

test('a revoked token is listed as revoked', async () => {
  await withServedTenant(state, async () => {
    const { out } = await token('create', 'acme', '--preset', 'writer', '--json');
    const { token_id } = JSON.parse(out) as { token_id: string };
    expect(await token('revoke', 'acme', token_id)).toMatchObject({ status: 0 });
    expect((await token('list', 'acme')).out).toMatch(/writer +revoked 2026-11-24/);
  });
});

test('a refusal of the service ends with 1 and says what was tried and why', async () => {
  await withServedTenant(state, async () => {
    const { status, out, err } = await token('revoke', 'acme', 'no-such-token');
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(/^Could not token revoke acme no-such-token[\s\S]*404[\s\S]*no token with this id/);
  });
});

test('an id cannot reach another path', async () => {
  await withServedTenant(state, async ({ heard }) => {
    expect(await token('revoke', 'acme', '../emitters/x?y')).toMatchObject({ status: 1 });
    expect(heard[0]?.body.toString()).toContain('/v1/audit/tokens/..%2Femitters%2Fx%3Fy');
  });
});

test("another tenant's token is not handed out", async () => {
  const foreign = mintToken(asTenantId('globex'), new SeededRandom(1));
  const swap = ({ status, body }: { status: number; body: unknown }) => ({
    status,
    body: { ...(body as object), token: foreign },
  });
  await withServedTenant(
    state,
    async () => {
      const { status, out, err } = await token('create', 'acme', '--preset', 'reader');
      expect({ status, out }).toEqual({ status: 1, out: '' });
      expect(err).not.toContain(foreign);
    },
    swap,
  );
});

test('what a service says in its refusal does not steer the terminal', async () => {
  const hostile = () => ({ status: 403, body: { code: 'forbidden', detail: 'no\u001b[2J\u202e' } });
  await withServedTenant(
    state,
    async () => {
      const { status, err } = await token('list', 'acme');
      expect(status).toBe(1);
      expect(err).toContain('no\\u001b[2J\\u202e');
    },
    hostile,
  );
});

test('a local cloud that has gone is named, with what to do', async () => {
  await withServedTenant(state, async () => undefined);
  const { status, err } = await token('list', 'acme');
  expect(status).toBe(1);
  expect(err).toMatch(/local cloud at http:\/\/127\.0\.0\.1:\d+[\s\S]*npm run local -- status/);
});

test.each([
  ['neither scope nor preset', []],
  ['scope and preset', ['--scope', 'log:read', '--preset', 'reader']],
  ['an unknown scope', ['--scope', 'everything']],
  ['an unknown preset', ['--preset', 'root']],
  ['no days', ['--preset', 'reader', '--expires-in-days', '0']],
  ['half a day', ['--preset', 'reader', '--expires-in-days', '0.5']],
  ['more days than the API takes', ['--preset', 'reader', '--expires-in-days', '3651']],
])('%s is wrong usage, and no service is asked', async (_, args) => {
  await withServedTenant(state, async ({ heard }) => {
    expect(await token('create', 'acme', ...args)).toMatchObject({ status: 2, out: '' });
    expect(heard).toEqual([]);
  });
});
