import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { afterAll, expect, test } from '@jest/globals';
import { BundledFiles } from '../../../lambdas/adapters/bundled-files.ts';
import { readRoutes } from '../../../lambdas/read-api/read-api.ts';
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

async function open() {
  const world = new ApiWorld();
  const filled = await FilledLog.open(41);
  const routes = readRoutes({
    tenantId: world.tenantId,
    reader: async () => filled.reader,
    quarantine: { newest: async () => [], refused: async () => undefined },
    outbox: world.outbox,
    retainDays: async () => 30,
    console: new BundledFiles(join(folder, 'console')),
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
