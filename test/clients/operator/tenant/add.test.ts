import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { loadTenants } from '../../../../lib/config/load-tenants.ts';
import { run } from './served-tenant.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'add-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const add = (...args: string[]) => run('add', ...args, '--tenants', folder);

test('what add writes is what the stacks are made from', async () => {
  const { status, out } = await add('initech', '--tier', 'table-per-tenant', '--region', 'eu-central-1');
  expect(status).toBe(0);
  expect(loadTenants(folder)).toMatchObject([
    { id: 'initech', display_name: 'initech', tier: 'table-per-tenant', region: 'eu-central-1' },
  ]);
  expect(out).toContain('npx cdk deploy AuditTrail-initech');
  expect(out).toContain('locked for 365 days (COMPLIANCE)');
});

test('defaults of the schema are left out of the file, so that they can change', async () => {
  await add('initech', '--tier', 'table-per-tenant');
  expect(Object.keys(JSON.parse(readFileSync(join(folder, 'initech.json'), 'utf8')) as object)).toEqual([
    'id',
    'display_name',
    'tier',
    'region',
    'retention',
  ]);
});

test('an account of its own takes account, owner and senders', async () => {
  const account = ['--account', '111122223333', '--account-owner', 'tenant'];
  const principals = ['arn:aws:iam::444455556666:role/a', 'arn:aws:iam::444455556666:role/b'];
  const senders = principals.flatMap((arn) => ['--emitter-principal', arn]);
  expect(await add('initech', '--tier', 'account-per-tenant', ...account, ...senders)).toMatchObject({
    status: 0,
  });
  expect(loadTenants(folder)).toMatchObject([
    { account: '111122223333', account_owner: 'tenant', emitter_principals: principals },
  ]);
});

test('an existing tenant is left as it is', async () => {
  await add('initech', '--tier', 'table-per-tenant');
  const before = readFileSync(join(folder, 'initech.json'), 'utf8');
  const second = await add('initech', '--tier', 'table-per-tenant', '--region', 'eu-west-1');
  expect(second).toMatchObject({ status: 2, out: '' });
  expect(second.err).toContain('exists already');
  expect(readFileSync(join(folder, 'initech.json'), 'utf8')).toBe(before);
});

test.each([
  ['no tier', ['initech'], /--tier/],
  ['a tier that there is not', ['initech', '--tier', 'shared'], /table-per-tenant, account-per-tenant/],
  ['an id that names a path', ['../initech', '--tier', 'table-per-tenant'], /lower case/],
  ['the account tier without an account', ['initech', '--tier', 'account-per-tenant'], /\/account: /],
  [
    'an account in the shared tier',
    ['initech', '--tier', 'table-per-tenant', '--account', '111122223333'],
    /account/,
  ],
  [
    'no Region',
    ['initech', '--tier', 'table-per-tenant', '--region', 'frankfurt'],
    /\/region: expected an AWS Region/,
  ],
])('%s is wrong usage, and nothing is written', async (_, args, says) => {
  const { status, err } = await add(...args);
  expect(status).toBe(2);
  expect(err).toMatch(says);
  expect(readdirSync(folder)).toEqual([]);
});
