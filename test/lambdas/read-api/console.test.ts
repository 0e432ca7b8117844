import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { afterAll, expect, test } from '@jest/globals';
import { BundledFiles } from '../../../lambdas/adapters/bundled-files.ts';
import { readRoutes } from '../../../lambdas/read-api/read-api.ts';
import { type SignInOffer, signInOffer } from '../../../lambdas/read-api/sign-in.ts';
import { FilledLog } from '../../core/query/filled-log.ts';
import { clientOf } from '../shared/api-client.ts';
import { ApiWorld } from '../shared/api-world.ts';

const SCRIPT = 'export const answer = 42;';
const folder = mkdtempSync(join(tmpdir(), 'console-'));
mkdirSync(join(folder, 'console', 'assets'), { recursive: true });
writeFileSync(join(folder, 'console', 'index.html'), '<!doctype html>');
writeFileSync(join(folder, 'console', 'api.html'), '<!doctype html>');
writeFileSync(join(folder, 'console', 'assets', 'index-abc.js'), SCRIPT);
writeFileSync(join(folder, 'console', 'assets', 'index-abc.js.br'), brotliCompressSync(SCRIPT));
writeFileSync(join(folder, 'secret.txt'), 'secret');
afterAll(() => rmSync(folder, { recursive: true }));

async function open(signIn?: SignInOffer) {
  const world = new ApiWorld();
  const filled = await FilledLog.open(41);
  const routes = readRoutes({
    tenantId: world.tenantId,
    reader: async () => filled.reader,
    quarantine: { newest: async () => [], refused: async () => undefined },
    outbox: world.outbox,
    retainDays: async () => 30,
    console: new BundledFiles(join(folder, 'console')),
    signIn,
  });
  return clientOf(routes, world.terms);
}

test('the page is handed to anybody, under a policy that admits nothing inline and nothing from elsewhere', async () => {
  const call = await open();
  for (const path of ['/console/', '/console/index.html', '/console/api']) {
    const { status, headers, text } = await call('GET', path);
    expect(status).toBe(200);
    expect(text).toBe('<!doctype html>');
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|data:|\*/);
  }
  expect((await call('GET', '/console')).headers).toMatchObject({ location: 'console/index.html' });
});

const IDENTITY = {
  issuer: 'https://login.example.com/acme',
  audience: 'audit-console',
  groups_claim: 'groups',
  groups: {},
};

test('where the tenant names an issuer for it, the console hears of it from the API, and may ask there alone', async () => {
  const client = { client_id: 'audit-console', scope: 'openid', token_origin: 'https://auth.example.com' };
  const offer = signInOffer({ ...IDENTITY, console: client });
  const call = await open(offer);
  expect((await call('GET', '/console/sign-in.json')).json).toEqual({
    oidc: {
      issuer: IDENTITY.issuer,
      client_id: 'audit-console',
      scope: 'openid',
      token: 'id_token',
      origins: ['https://login.example.com', 'https://auth.example.com'],
    },
  });
  const policy = String((await call('GET', '/console/')).headers['content-security-policy']);
  expect(policy).toContain("connect-src 'self' https://login.example.com https://auth.example.com;");
  // For an API that is an audience of its own, it is the access token.
  expect(signInOffer({ ...IDENTITY, audience: 'trail', console: client })?.token).toBe('access_token');
});

test('where it names none, there is nothing to hear', async () => {
  expect(signInOffer(undefined)).toBeUndefined();
  expect(signInOffer(IDENTITY)).toBeUndefined();
  expect((await (await open())('GET', '/console/sign-in.json')).json).toEqual({ oidc: null });
});

test('a file whose name holds its digest may be kept for ever, compressed where the browser takes that', async () => {
  const call = await open();
  const plain = await call('GET', '/console/assets/index-abc.js');
  expect(plain).toMatchObject({ status: 200, text: SCRIPT });
  expect(plain.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  });
  const packed = await call('GET', '/console/assets/index-abc.js', {
    headers: { 'Accept-Encoding': 'gzip, deflate, br' },
  });
  expect(packed.headers['content-encoding']).toBe('br');
  expect(packed.bytes && brotliDecompressSync(packed.bytes).toString()).toBe(SCRIPT);
});

test.each([
  '/console/..%2Fsecret.txt',
  '/console/%2e%2e/secret.txt',
  '/console/assets/..%2F..%2Fsecret.txt',
  '/console/assets/%2Fetc%2Fpasswd',
  '/console/assets/index-abc.js.br',
  '/console/nothing.js',
])('%s leads nowhere', async (path) => {
  const { status, text } = await (await open())('GET', path);
  expect([401, 404]).toContain(status);
  expect(text).not.toContain('secret.txt');
});
