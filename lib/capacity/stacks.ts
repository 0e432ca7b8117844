import { App } from 'aws-cdk-lib';
import { Template as Synthesised } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { tenantSchema } from '../config/tenant.ts';
import { TenantStack } from '../stacks/tenant-stack.ts';
import type { Template } from './measure.ts';

const PLAIN = {
  id: 'plain',
  display_name: 'A tenant with nothing besides',
  tier: 'table-per-tenant',
  region: 'us-east-1',
  retention: {
    min_days: 365,
    max_days: 2_555,
    immutability_days: 365,
    archive_after_days: 90,
    after_termination_days: 90,
  },
};

/** A tenant with every part that a tenant file can ask for. */
const WHOLE = {
  ...PLAIN,
  id: 'whole',
  alarm_email: 'ops@example.com',
  auditor_principals: ['arn:aws:iam::999999999999:role/auditor'],
  signing_keys: 2,
  witnesses: [
    {
      url: 'https://witness.example',
      verifier_key: 'witness.example/w1+05a4155f+BAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB',
    },
  ],
};

/** The synthesised stacks of the smallest and of the largest tenant; their functions have no code. */
export function measuredStacks(): { plain: Template; whole: Template } {
  return { plain: templateOf(PLAIN), whole: templateOf(WHOLE) };
}

function templateOf(file: object): Template {
  const tenant = tenantSchema.parse(file);
  const stack = new TenantStack(new App(), {
    tenant,
    deploymentHost: 'audit.example.com',
    code: () => Code.fromInline('exports.handler = undefined;'),
    env: { region: tenant.region },
  });
  return Synthesised.fromStack(stack).toJSON() as Template;
}
