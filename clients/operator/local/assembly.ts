import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { PLATFORM_ACCOUNT } from './state.ts';

const STACK_PREFIX = 'AuditTrail-';

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      environment: z.string().optional(),
      properties: z
        .object({ templateFile: z.string(), stackName: z.string().optional() })
        .partial()
        .optional(),
    }),
  ),
});

/** The parts of a CloudFormation template that the local cloud looks at. */
export const templateSchema = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).default({}) }),
  ),
  Outputs: z.record(z.string(), z.object({ Value: z.unknown() })).default({}),
});
export type Template = z.infer<typeof templateSchema>;

/** A tenant's stack in a synthesised assembly. */
export interface TenantStack {
  readonly tenant: string;
  readonly stack: string;
  readonly account: string;
  readonly region: string;
  readonly template: Template;
}

/** The tenants' stacks of the assembly in `dir`, in the manifest's order. */
export function readAssembly(dir: string): TenantStack[] {
  const readJson = (file: string): unknown => JSON.parse(readFileSync(join(dir, file), 'utf8'));
  const { artifacts } = manifestSchema.parse(readJson('manifest.json'));
  return Object.entries(artifacts).flatMap(([id, { type, environment, properties }]) => {
    const stack = properties?.stackName ?? id;
    if (type !== 'aws:cloudformation:stack' || !stack.startsWith(STACK_PREFIX) || !properties?.templateFile)
      return [];
    const [account = '', region = ''] = environment?.replace(/^aws:\/\//, '').split('/') ?? [];
    return [
      {
        tenant: stack.slice(STACK_PREFIX.length),
        stack,
        account: account.startsWith('unknown') ? PLATFORM_ACCOUNT : account,
        region: region.startsWith('unknown') ? 'us-east-1' : region,
        template: templateSchema.parse(readJson(properties.templateFile)),
      },
    ];
  });
}
