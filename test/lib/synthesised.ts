import { App, type Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { tenantSchema } from '../../lib/config/tenant.ts';
import { leaveOutForLocalCloud } from '../../lib/local-cloud.ts';
import { TenantStack } from '../../lib/stacks/tenant-stack.ts';

const retention = {
  min_days: 100,
  max_days: 400,
  immutability_days: 100,
  archive_after_days: 60,
  after_termination_days: 30,
};

export const tableTenant = {
  id: 'acme',
  display_name: 'Acme',
  tier: 'table-per-tenant',
  region: 'us-east-1',
  retention,
};

export const EMITTER = 'arn:aws:iam::444455556666:role/agents';

export const accountTenant = {
  ...tableTenant,
  id: 'globex',
  tier: 'account-per-tenant',
  account: '111122223333',
  account_owner: 'provider',
  emitter_principals: [EMITTER],
};

/** The stack of a tenant file, its functions without code. */
export function tenantStack(file: object, { app = new App(), local = false } = {}): Stack {
  if (local) app.node.setContext('local', 'true');
  const tenant = tenantSchema.parse(file);
  const account = tenant.tier === 'account-per-tenant' ? { account: tenant.account } : {};
  const stack = new TenantStack(app, {
    tenant,
    deploymentHost: 'audit.example.com',
    code: () => Code.fromInline('exports.handler = undefined;'),
    env: { region: tenant.region, ...account },
  });
  if (local) leaveOutForLocalCloud(stack);
  return stack;
}

/** What `tenantStack` synthesises to. */
export function tenantTemplate(file: object, options: { local?: boolean } = {}): Template {
  return Template.fromStack(tenantStack(file, options));
}

/** Synthesises as bin/app.ts does, cdk-nag included; throws where it finds something. */
export function checkWithNag(files: readonly object[]): void {
  const app = new App();
  for (const file of files) tenantStack(file, { app });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
}
