import { expect, test } from '@jest/globals';
import { parseAdminApiEnv } from '../../lambdas/admin-api/env.ts';
import { parseIngestApiEnv } from '../../lambdas/ingest-api/env.ts';
import { parseReadApiEnv } from '../../lambdas/read-api/env.ts';
import { parseWriteLogEnv } from '../../lambdas/write-log/env.ts';
import { accountTenant, tableTenant, tenantTemplate } from './synthesised.ts';

const PARSERS = {
  'write-log': parseWriteLogEnv,
  'ingest-api': parseIngestApiEnv,
  'read-api': parseReadApiEnv,
  'admin-api': parseAdminApiEnv,
};

/** The variables of a function as the stack sets them, names of other resources as a deployment would fill them in. */
function variablesOf(file: object, name: string): Record<string, string> {
  const functions = Object.values(tenantTemplate(file).findResources('AWS::Lambda::Function'));
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
  for (const file of [tableTenant, accountTenant]) {
    expect(parse(variablesOf(file, name))).toMatchObject({ TENANT_ID: file.id, TIER: file.tier });
  }
});

test.each(Object.entries(PARSERS))('%s refuses to start without its tenant, and says so', (name, parse) => {
  const { TENANT_ID: _, ...rest } = variablesOf(tableTenant, name);
  expect(() => parse(rest)).toThrow(
    expect.objectContaining({ code: 'misconfigured', message: expect.stringContaining('TENANT_ID') }),
  );
});

test("the writer gets the tenant's own terms", () => {
  const { POLICY } = parseWriteLogEnv(
    variablesOf({ ...tableTenant, personal_data: ['/payload/goal'] }, 'write-log'),
  );
  expect(POLICY).toEqual({
    personal_data: ['/payload/goal'],
    retention: tableTenant.retention,
    lock_mode: 'COMPLIANCE',
  });
});

test.each(['{', '{"retention":1}'])('a policy that reads %s is refused', (POLICY) => {
  expect(() => parseWriteLogEnv({ ...variablesOf(tableTenant, 'write-log'), POLICY })).toThrow('POLICY');
});
