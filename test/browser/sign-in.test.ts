import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { sha256 } from '#crypto';
import { toBase64Url, utf8 } from '../../core/encoding.ts';
import type { IdentityTerms } from '../../core/identity/person.ts';
import { BundledFiles } from '../../lambdas/adapters/bundled-files.ts';
import { oidcKeys } from '../../lambdas/adapters/oidc-keys.ts';
import { readRoutes } from '../../lambdas/read-api/read-api.ts';
import { signInOffer } from '../../lambdas/read-api/sign-in.ts';
import { FilledLog } from '../core/query/filled-log.ts';
import { proxyOf } from '../lambdas/shared/api-client.ts';
import { ApiWorld } from '../lambdas/shared/api-world.ts';
import { type LocalIssuer, startIssuer } from '../support/local-issuer.ts';
import { launchBrowser } from './support/browser.ts';

const CLIENT = 'audit-console';
const CONSOLE = join(import.meta.dirname, '..', '..', 'dist', 'lambdas', 'read-api', 'console');
const browser = await launchBrowser();
const withBrowser = browser ? describe : describe.skip;
const ends: (() => unknown)[] = [];
afterAll(async () => {
  await browser?.close();
  for (const end of ends) await end();
});

/** The API of a tenant that names `issuer`, in this process, with the console that was built for the stacks. */
async function serveTenant({ issuer }: LocalIssuer): Promise<string> {
  const world = new ApiWorld();
  const log = await FilledLog.open(91);
  world.now = Date.now();
  const identity = {
    issuer,
    audience: CLIENT,
    groups_claim: 'groups',
    groups: { compliance: ['events:read', 'log:read'] as const },
  };
  const routes = readRoutes({
    tenantId: world.tenantId,
    reader: async () => log.reader,
    quarantine: { newest: async () => [], refused: async () => undefined },
    outbox: world.outbox,
    retainDays: async () => 30,
    console: new BundledFiles(CONSOLE),
    signIn: signInOffer({
      ...identity,
      groups: { compliance: [...identity.groups.compliance] },
      console: { client_id: CLIENT, scope: 'openid' },
    }),
  });
  const terms: IdentityTerms = {
    issuer,
    audience: CLIENT,
    groupsClaim: 'groups',
    groups: identity.groups,
    keys: oidcKeys(issuer),
  };
  const call = proxyOf(routes, { ...world.terms, identity: terms });
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://api.invalid');
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    void call(request.method ?? 'GET', pathname, { headers, query: Object.fromEntries(searchParams) }).then(
      (answer) => {
        for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, String(value));
        response.statusCode = answer.status;
        response.end(answer.bytes);
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

withBrowser('signing in by the tenant’s own issuer', () => {
  test('is a code with PKCE for the one tab that asked, and the reader is known by name', async () => {
    if (!browser) return;
    const issuer = await startIssuer();
    ends.push(() => issuer.stop());
    const base = await serveTenant(issuer);
    const context = await browser.newContext();
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
        complaints.push(message.text());
    });
    // The issuer's page and its token endpoint, as the browser meets them.
    let asked = new URLSearchParams();
    let exchanged = new URLSearchParams();
    let groups = ['compliance'];
    await page.route(`${issuer.issuer}/**`, async (route) => {
      const { pathname, searchParams } = new URL(route.request().url());
      const headers = { 'access-control-allow-origin': '*' };
      if (pathname === '/authorize') {
        asked = searchParams;
        const back = new URL(asked.get('redirect_uri') ?? '');
        for (const [name, value] of [
          ['code', 'c-1'],
          ['state', asked.get('state') ?? ''],
          ['iss', issuer.issuer],
        ] as const)
          back.searchParams.set(name, value);
        return await route.fulfill({ status: 302, headers: { location: back.href } });
      }
      if (pathname !== '/token') {
        const answer = await fetch(route.request().url());
        return await route.fulfill({
          status: answer.status,
          body: await answer.text(),
          headers,
          contentType: 'application/json',
        });
      }
      exchanged = new URLSearchParams(route.request().postData() ?? '');
      const now = Math.floor(Date.now() / 1_000);
      const id_token = await issuer.sign({
        ...{ iss: issuer.issuer, aud: CLIENT, sub: 'u-31', iat: now, exp: now + 600, groups },
        nonce: asked.get('nonce') ?? '',
      });
      return await route.fulfill({
        json: { id_token, access_token: 'opaque', token_type: 'Bearer' },
        headers,
      });
    });

    await page.goto(`${base}/console/#/reviews?task_id=t`);
    await page.getByRole('button', { name: `Sign in at ${new URL(issuer.issuer).host}` }).click();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    expect(page.url()).toBe(`${base}/console/#/reviews?task_id=t`); // neither code nor state, and where the reader was
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: CLIENT,
      redirect_uri: `${base}/console/`,
      code_challenge_method: 'S256',
    });
    expect(asked.get('code_challenge')).toBe(toBase64Url(sha256(utf8(exchanged.get('code_verifier') ?? ''))));

    // A code that somebody else slipped into this tab is worth nothing.
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.goto(`${base}/console/?code=theirs&state=theirs`);
    await page.getByRole('alert').filter({ hasText: 'to no question of this tab' }).waitFor();
    expect(page.url()).not.toContain('theirs');

    groups = ['nobody'];
    await page.getByRole('button', { name: /^Sign in at/ }).click();
    await page.getByRole('alert').filter({ hasText: 'may not read the log' }).waitFor();
    expect(complaints).toEqual([]);
    await context.close();
  });
});
