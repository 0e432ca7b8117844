import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readEmitterKey } from '../../../../clients/sdk/emitter-key.ts';
import { keyIdOf } from '../../../../core/identity/emitter.ts';
import { run, withServedTenant } from './served-tenant.ts';

let state: string;
let file: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'emitters-test-'));
  file = join(state, 'key.json');
});
afterEach(() => rmSync(state, { recursive: true }));

const emitter = (...args: string[]) => run('emitter', ...args, '--state', state);

test('the SDK reads the key file, its owner alone may, and the private half went nowhere else', async () => {
  await withServedTenant(state, async ({ heard }) => {
    const { status, out } = await emitter('create', 'acme', '--agent', 'refund-agent', '--out', file);
    expect(status).toBe(0);
    const key = readEmitterKey(file);
    expect(key.log_origin).toBe('audit.example.com/acme/01234567');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(heard.map(({ body }) => body.toString()).join()).not.toContain(key.private_jwk.d);
    expect(out).not.toContain(key.private_jwk.d);
    expect(out).toContain(await keyIdOf(key.private_jwk));
  });
});

test('list shows whom an emitter may speak for, and whether it still may', async () => {
  await withServedTenant(state, async () => {
    await emitter('create', 'acme', '--agent', 'a-1', '--agent', 'a-2', '--name', 'edge', '--out', file);
    expect((await emitter('list', 'acme')).out).toMatch(/edge +active .* a-1 a-2$/);
    const kid = await keyIdOf(readEmitterKey(file).private_jwk);
    const since = ['--compromised-since', '2026-11-24T10:00:00+02:00'];
    expect(await emitter('remove', 'acme', kid, ...since)).toMatchObject({ status: 0 });
    expect((await emitter('list', 'acme')).out).toContain('compromised since 2026-11-24T08:00:00.000Z');
  });
});

test('a file that is there is never overwritten, and no key is registered', async () => {
  writeFileSync(file, 'somebody needs this');
  await withServedTenant(state, async ({ heard }) => {
    const { status, err } = await emitter('create', 'acme', '--agent', 'a', '--out', file);
    expect(status).toBe(2);
    expect(err).toContain(`${file} exists already`);
    expect(readFileSync(file, 'utf8')).toBe('somebody needs this');
    expect(heard).toEqual([]);
  });
});

test('where the service refuses, no key file is left that opens nothing', async () => {
  await withServedTenant(state, async () => {
    const { status, err } = await emitter('create', 'acme', '--agent', 'agent-audit-trail', '--out', file);
    expect(status).toBe(1);
    expect(err).toContain('is the audit trail itself');
    expect(existsSync(file)).toBe(false);
  });
});

test('a key id that begins with a dash is a key id', async () => {
  await withServedTenant(state, async ({ heard }) => {
    const kid = '-hJbZzLJ4GkSTcHUAbPQB1VMsv2vUBGB7Zf9rOq3zXk';
    expect(await emitter('remove', 'acme', kid)).toMatchObject({ status: 1 });
    expect(heard.map(({ body }) => body.toString()).join()).toContain(kid);
  });
});

test.each([
  [
    'an option that there is none of',
    ['remove', 'acme', 'kid', '--compromized-since', '2026-11-24T10:00:00Z'],
  ],
  ['no agent', ['create', 'acme']],
  ['a name that names a path', ['create', 'acme', '--agent', 'a', '--name', '../key']],
  ['a time that is none', ['remove', 'acme', 'kid', '--compromised-since', 'yesterday']],
])('%s is wrong usage, and no service is asked', async (_, args) => {
  await withServedTenant(state, async ({ heard }) => {
    expect(await emitter(...args)).toMatchObject({ status: 2, out: '' });
    expect(heard).toEqual([]);
  });
});
