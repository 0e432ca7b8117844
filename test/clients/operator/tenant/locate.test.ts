import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { findDeployed, locate } from '../../../../clients/operator/tenant/locate.ts';
import { isAuditError } from '../../../../core/errors.ts';
import { localTenant } from './served-tenant.ts';

let state: string;
let outputs: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), 'locate-test-'));
  mkdirSync(join(state, 'aws'));
  outputs = join(state, 'aws', 'cdk-outputs.json');
});
afterEach(() => rmSync(state, { recursive: true }));

const STACK = {
  ApiId: 'abc',
  StageName: 'live',
  ApiUrl: 'https://abc.execute-api.eu-central-1.amazonaws.com/live/',
  QueueUrl: 'https://sqs.eu-central-1.amazonaws.com/111122223333/ingest',
  RecordsTable: 'records',
  ControlTable: 'control',
  ArchiveBucket: 'archive',
  WorkBucket: 'work',
  SigningKeyId: 'key',
  SigningKeyIds: 'key,key-2',
  LogOrigin: 'audit.example.com/acme/01234567',
  AdminFunction: 'admin',
  WriterFunction: 'writer',
  Tier: 'account-per-tenant',
  Account: '111122223333',
};
const writeStacks = (stacks: unknown) => writeFileSync(outputs, JSON.stringify(stacks));
const writeLocal = (tenants: unknown) =>
  writeFileSync(join(state, 'outputs.json'), JSON.stringify({ region: 'us-east-1', tenants }));

test('a running local cloud that has the tenant is where it runs', () => {
  writeLocal({ acme: localTenant('http://127.0.0.1:4566') });
  expect(locate('acme', { state })).toMatchObject({
    local: { endpoint: 'http://127.0.0.1:4566' },
    region: 'us-east-1',
    adminFunction: 'admin',
    writerFunction: 'writer',
  });
});

test('outputs that are named win over a local cloud', () => {
  writeLocal({ acme: localTenant('http://127.0.0.1:4566') });
  writeStacks({ 'AuditTrail-acme': STACK });
  const tenant = locate('acme', { state, outputs });
  expect(tenant).toMatchObject({
    account: '111122223333',
    region: 'eu-central-1',
    apiUrl: 'https://abc.execute-api.eu-central-1.amazonaws.com/live',
    source: outputs,
  });
  expect(tenant.local).toBeUndefined();
});

test('a tenant that is nowhere: it is said where was looked and what to do', () => {
  writeLocal({});
  expect(findDeployed('initech', { state })).toBeUndefined();
  expect(() => locate('initech', { state })).toThrow(
    /outputs\.json[\s\S]*cdk deploy AuditTrail-initech --outputs-file/,
  );
});

test.each(['constructor', '__proto__'])('no tenant comes out of an object itself (%s)', (id) => {
  writeLocal({});
  writeStacks({});
  expect(findDeployed(id, { state, outputs })).toBeUndefined();
});

test.each([
  ['text', () => writeFileSync(outputs, 'no JSON')],
  ['a list', () => writeStacks([])],
  ['another stack', () => writeStacks({ 'AuditTrail-acme': { ApiUrl: STACK.ApiUrl } })],
  [
    'a queue elsewhere',
    () => writeStacks({ 'AuditTrail-acme': { ...STACK, QueueUrl: 'https://example.com/q' } }),
  ],
])('outputs that are %s cannot be used', (_, write) => {
  write();
  const problem = thrownBy(() => locate('acme', { state, outputs }));
  expect(isAuditError(problem, 'misconfigured')).toBe(true);
  expect(String(problem)).toContain(outputs);
});

test("a local cloud's outputs of another shape cannot be used", () => {
  writeLocal({ acme: {} });
  expect(
    isAuditError(
      thrownBy(() => locate('acme', { state })),
      'misconfigured',
    ),
  ).toBe(true);
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
