import { join } from 'node:path';
import { App, CliCredentialsStackSynthesizer, type IStackSynthesizer, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AuditError } from '../core/errors.ts';
import { bundleFunctions } from '../lib/bundle.ts';
import { loadTenants } from '../lib/config/load-tenants.ts';
import { bundleConsole } from '../lib/console.ts';
import { isLocalCloud, leaveOutForLocalCloud } from '../lib/local-cloud.ts';
import { bundleReportFiles } from '../lib/report-files.ts';
import { TenantStack } from '../lib/stacks/tenant-stack.ts';
import { watchPlaces } from '../lib/stacks/watch-stack.ts';

const root = join(import.meta.dirname, '..');
const app = new App();
const context = (name: string): string | undefined => {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === 'string' ? value : undefined;
};
const dollarsOf = (text: string | undefined): number | undefined => {
  if (text === undefined || /^[1-9]\d*$/.test(text)) return text === undefined ? undefined : Number(text);
  throw new AuditError('misconfigured', `-c monthlyBudget: expected whole dollars, and it is "${text}"`);
};
const platform = process.env.CDK_DEFAULT_ACCOUNT;
const local = isLocalCloud(app);
await bundleConsole(root);
bundleReportFiles(root);
const code = await bundleFunctions(root);

const tenants = loadTenants(context('tenants') ?? join(root, 'tenants'));
for (const tenant of tenants) {
  const account = tenant.tier === 'account-per-tenant' ? tenant.account : platform;
  const stack = new TenantStack(app, {
    tenant,
    deploymentHost: context('deploymentHost') ?? 'audit.example.com',
    code,
    env: { region: tenant.region, ...(account !== undefined && { account }) },
    // The emulator has no roles of a bootstrapped account to assume.
    ...(local && { synthesizer: new CliCredentialsStackSynthesizer() as IStackSynthesizer }),
  });
  if (local) leaveOutForLocalCloud(stack);
}
// The emulator has no CloudTrail.
if (!local) {
  watchPlaces(app, tenants, {
    email: context('watchEmail'),
    monthlyBudget: dollarsOf(context('monthlyBudget')),
    platform,
  });
}
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
