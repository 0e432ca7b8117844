import { expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { witnessVerifierKey } from '../../clients/witness/key-file.ts';
import { parseAdminApiEnv } from '../../lambdas/admin-api/env.ts';
import { parseApplyRetentionEnv } from '../../lambdas/apply-retention/env.ts';
import { parseCosignEnv } from '../../lambdas/cosign-checkpoints/env.ts';
import { parseIngestApiEnv } from '../../lambdas/ingest-api/env.ts';
import { parseReadApiEnv } from '../../lambdas/read-api/env.ts';
import { parseWriteLogEnv } from '../../lambdas/write-log/env.ts';
import { accountTenant, tableTenant, tenantTemplate } from './synthesised.ts';

const PARSERS = {
  'write-log': parseWriteLogEnv,
  'ingest-api': parseIngestApiEnv,
  'read-api': parseReadApiEnv,
  'admin-api': parseAdminApiEnv,
  'apply-retention': parseApplyRetentionEnv,
};

const ofTableTier = tenantTemplate(tableTenant);
const ofAccountTier = tenantTemplate(accountTenant);

/** The variables of a function as the stack sets them, names of other resources as a deployment would fill them in. */
function variablesOf(template: Template, name: string): Record<string, string> {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  const variables = functions
    .map(({ Properties }) => Properties.Environment.Variables)
    .find((set) => set.AWS_SDK_UA_APP_ID === name);
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : `https://deployed.example/${key}`,
    ]),
  );
}

test.each(Object.entries(PARSERS))('%s understands what the stack sets', (name, parse) => {
  const { id: TENANT_ID, tier: TIER } = tableTenant;
  expect(parse(variablesOf(ofTableTier, name))).toMatchObject({ TENANT_ID, TIER });
  expect(parse(variablesOf(ofAccountTier, name))).toMatchObject({ TIER: accountTenant.tier });
});

test.each(Object.entries(PARSERS))('%s refuses to start without its tenant, and says so', (name, parse) => {
  const { TENANT_ID: _, ...rest } = variablesOf(ofTableTier, name);
  expect(() => parse(rest)).toThrow(
    expect.objectContaining({ code: 'misconfigured', message: expect.stringContaining('TENANT_ID') }),
  );
});

test("the writer gets the tenant's own terms", () => {
  const template = tenantTemplate({ ...tableTenant, personal_data: ['/payload/goal'], sign_each: true });
  const { POLICY, SIGN_EACH } = parseWriteLogEnv(variablesOf(template, 'write-log'));
  expect(SIGN_EACH).toBe(true);
  expect(parseWriteLogEnv(variablesOf(ofTableTier, 'write-log')).SIGN_EACH).toBe(false);
  expect(POLICY).toEqual({
    personal_data: ['/payload/goal'],
    redact: [],
    retention: tableTenant.retention,
    lock_mode: 'COMPLIANCE',
  });
});

test.each(['{', '{"retention":1}'])('a policy that reads %s is refused', (POLICY) => {
  expect(() => parseWriteLogEnv({ ...variablesOf(ofTableTier, 'write-log'), POLICY })).toThrow('POLICY');
});

test('the function of the witnesses understands what the stack sets', () => {
  const verifier_key = witnessVerifierKey('witness.example/w1', new Uint8Array(32).fill(1));
  const witnesses = [{ url: 'https://witness.example/acme', verifier_key }];
  const variables = variablesOf(tenantTemplate({ ...tableTenant, witnesses }), 'cosign-checkpoints');
  expect(parseCosignEnv(variables)).toMatchObject({ WITNESSES: witnesses, EGRESS_LOOPBACK: false });
  expect(() => parseCosignEnv({ ...variables, WITNESSES: '[]' })).toThrow('WITNESSES');
});
