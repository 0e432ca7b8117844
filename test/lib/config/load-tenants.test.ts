import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadTenants } from '../../../lib/config/load-tenants.ts';
import { accountTenant, tableTenant } from '../synthesised.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenants-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, content: object | string): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

test('the example tenants are valid, one of each tier', () => {
  const examples = loadTenants(join(import.meta.dirname, '..', '..', '..', 'tenants'));
  expect(examples.map(({ id, tier }) => [id, tier])).toEqual([
    ['acme', 'table-per-tenant'],
    ['globex', 'account-per-tenant'],
  ]);
});

test('the example tenants lock for a day, so that who tries them in AWS is not bound for longer than need be', () => {
  const examples = loadTenants(join(import.meta.dirname, '..', '..', '..', 'tenants'));
  expect(examples.map(({ retention }) => retention.immutability_days)).toEqual([1, 1]);
});

test('another folder is read in the order of its names, other files passed over', () => {
  put('globex.json', accountTenant);
  put('acme.json', tableTenant);
  put('notes.txt', 'x');
  expect(loadTenants(folder).map(({ id }) => id)).toEqual(['acme', 'globex']);
});

test('what a file leaves out is filled in: locks that only lengthen, keys of S3, personal free text committed', () => {
  put('acme.json', tableTenant);
  const [tenant] = loadTenants(folder);
  expect(tenant).toMatchObject({ lock_mode: 'COMPLIANCE', archive_key: 's3' });
  expect(tenant?.personal_data).toEqual(expect.arrayContaining(['/payload/goal', '/payload/content']));
});

const IDENTITY = {
  issuer: 'https://login.acme.example/tenant',
  audience: 'audit',
  groups: { compliance: ['auditor'], siem: ['events:read', 'log:read'] },
};

test('groups of the tenant have scopes, by preset or one by one', () => {
  put('acme.json', { ...tableTenant, identity: IDENTITY });
  expect(loadTenants(folder)[0]?.identity).toMatchObject({
    groups_claim: 'groups',
    groups: {
      compliance: ['events:read', 'log:read', 'personal:read', 'exports', 'reviews'],
      siem: ['events:read', 'log:read'],
    },
  });
});

test('the console may be a client of the issuer', () => {
  put('acme.json', { ...tableTenant, identity: { ...IDENTITY, console: { client_id: 'audit-console' } } });
  expect(loadTenants(folder)[0]?.identity?.console).toEqual({ client_id: 'audit-console', scope: 'openid' });
});

const { account: _, ...withoutAccount } = accountTenant;
const { immutability_days: __, ...withoutImmutability } = tableTenant.retention;

test.each<[string, object | string, string]>([
  ['no JSON', '{', 'expected JSON'],
  ['an unknown tier', { ...tableTenant, tier: 'shared' }, '/tier'],
  ['another id than the file name', { ...tableTenant, id: 'other' }, '/id: expected acme'],
  ['capitals in the id', { ...tableTenant, id: 'Acme' }, '/id: expected 3 to 32 lower case'],
  [
    // It stands in the policy of the console's page, so it is an origin and nothing else.
    'a token endpoint with a policy of its own',
    {
      ...tableTenant,
      identity: { ...IDENTITY, console: { client_id: 'c', token_origin: 'https://a.example; script-src *' } },
    },
    '/identity/console/token_origin: expected an origin',
  ],
  ['a field that nobody knows', { ...tableTenant, retentoin: {} }, 'retentoin'],
  [
    'a missing field inside',
    { ...tableTenant, retention: withoutImmutability },
    '/retention/immutability_days',
  ],
  ['an account tier without account', { ...withoutAccount, id: 'acme' }, '/account'],
  [
    'senders of another account without a tier for them',
    { ...accountTenant, ...tableTenant },
    'emitter_principals',
  ],
  [
    'a lock that outlives what has to be kept',
    { ...tableTenant, retention: { ...tableTenant.retention, immutability_days: 101 } },
    '/retention/min_days: expected at least immutability_days (101)',
  ],
  [
    'a minimum above the maximum',
    { ...tableTenant, retention: { ...tableTenant.retention, min_days: 401 } },
    '/retention/max_days: expected at least min_days (401)',
  ],
  [
    'an archive that comes after the end',
    { ...tableTenant, retention: { ...tableTenant.retention, archive_after_days: 401 } },
    '/retention/archive_after_days: expected at most max_days',
  ],
  [
    'an archive that comes at once',
    { ...tableTenant, retention: { ...tableTenant.retention, archive_after_days: 1 } },
    '/retention/archive_after_days: expected at least 30, and it is 1',
  ],
  [
    'a retention that is no number',
    { ...tableTenant, retention: { ...tableTenant.retention, min_days: '30' } },
    '/retention/min_days',
  ],
  [
    'an account of the wrong length',
    { ...accountTenant, id: 'acme', account: '12345678901' },
    '/account: expected the 12 digits',
  ],
  ['a list instead of a tenant', [tableTenant], '/: '],
  [
    'a file that is too large',
    `${JSON.stringify(tableTenant)}${' '.repeat(70_000)}`,
    'expected at most 65536 bytes',
  ],
  ['a wildcard principal', { ...tableTenant, auditor_principals: ['*'] }, '/auditor_principals/0'],
  [
    'a personal field that cannot be committed',
    { ...tableTenant, personal_data: ['/event_id'] },
    '/personal_data/0',
  ],
  [
    'an issuer without TLS',
    { ...tableTenant, identity: { ...IDENTITY, issuer: 'http://login.acme.example' } },
    '/identity/issuer: expected the https address',
  ],
  [
    'a group with a scope that there is not',
    { ...tableTenant, identity: { ...IDENTITY, groups: { all: ['everything'] } } },
    '/identity/groups/all: expected scopes (events:read, ',
  ],
  ['a wish for signatures that is neither yes nor no', { ...tableTenant, sign_each: 'yes' }, '/sign_each'],
  [
    'workloads of an issuer without TLS',
    {
      ...tableTenant,
      workload_identity: { issuer: 'http://k8s.acme.example', workloads: { a: ['b'] } },
    },
    '/workload_identity/issuer: expected the https address',
  ],
  [
    'no workload at all',
    { ...tableTenant, workload_identity: { issuer: 'https://k8s.acme.example', workloads: {} } },
    '/workload_identity/workloads: expected at least one',
  ],
  [
    'more workloads than a function can be told',
    {
      ...tableTenant,
      workload_identity: {
        issuer: 'https://k8s.acme.example',
        workloads: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`workload-${n}`, ['agent']])),
      },
    },
    '/workload_identity: expected at most 1000 characters',
  ],
  ['an origin that a signed note cannot carry', { ...tableTenant, log_origin: 'a+b c' }, '/log_origin'],
])('%s is refused with file, path and what was expected', (_name, content, expected) => {
  put('acme.json', content);
  expect(() => loadTenants(folder)).toThrow(
    expect.objectContaining({ code: 'misconfigured', message: expect.stringContaining(expected) }),
  );
  expect(() => loadTenants(folder)).toThrow(join(folder, 'acme.json'));
});

test.each([
  [
    "another tenant's account",
    { account: accountTenant.account },
    '/account: expected one of its own, 111122223333',
  ],
  ["another tenant's log", { log_origin: 'logs.example/1' }, '/log_origin: expected one of its own'],
])('%s is refused, naming both files', (_name, same, expected) => {
  put('globex.json', { ...accountTenant, ...same });
  put('hooli.json', { ...accountTenant, id: 'hooli', account: '444455556666', ...same });
  const load = () => loadTenants(folder);
  expect(load).toThrow(expected);
  expect(load).toThrow(`${join(folder, 'hooli.json')}: `);
  expect(load).toThrow(`that of ${join(folder, 'globex.json')}`);
});

test('the same id in a second file is refused', () => {
  put('acme.json', tableTenant);
  put('copy-of-acme.json', tableTenant);
  expect(() => loadTenants(folder)).toThrow('copy-of-acme.json: /id: expected copy-of-acme');
});

test('a folder that is called like a tenant is told from a file', () => {
  mkdirSync(join(folder, 'acme.json'));
  expect(() => loadTenants(folder)).toThrow('acme.json: expected a file that can be read');
});

test('a folder without tenants, and none at all, are refused', () => {
  expect(() => loadTenants(folder)).toThrow('expected at least one <tenant>.json');
  expect(() => loadTenants(join(folder, 'none'))).toThrow('expected a folder of tenant files');
});
