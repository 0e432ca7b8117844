import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import type { Names, Template } from '../../../clients/operator/isolation/policies/template.ts';
import { functionAccessKey } from '../../../clients/operator/local/principals.ts';
import { statePaths } from '../../../clients/operator/local/state.ts';
import { operatorConfig } from './aws.ts';
import { type LocalTenant, STATE } from './local-tenants.ts';

/** A function of a tenant's stack, as it was deployed. */
export interface DeployedFunction {
  /** What the template calls it in its description: `write-log`, `read-api` … */
  readonly name: string;
  /** Logical id of its role. */
  readonly role: string;
}

/** The template that was deployed, what its resources are called in the account, and who signs as which function. */
export interface DeployedStack {
  readonly template: Template;
  readonly names: Names;
  /** By the function's name in the account, and by its access key. */
  readonly functions: ReadonlyMap<string, DeployedFunction>;
}

/** Name in the account to ARN, by the type of a resource. A secret's `Ref` is its ARN already. */
const ARN_OF: Readonly<Record<string, (name: string, place: string) => string>> = {
  'AWS::DynamoDB::Table': (name, place) => `arn:aws:dynamodb:${place}:table/${name}`,
  'AWS::S3::Bucket': (name) => `arn:aws:s3:::${name}`,
  'AWS::Lambda::Function': (name, place) => `arn:aws:lambda:${place}:function:${name}`,
  'AWS::KMS::Key': (name, place) => `arn:aws:kms:${place}:key/${name}`,
  // A queue's `Ref` is its address.
  'AWS::SQS::Queue': (url, place) => `arn:aws:sqs:${place}:${url.split('/').at(-1)}`,
  'AWS::Events::EventBus': (name, place) => `arn:aws:events:${place}:event-bus/${name}`,
};

/**
 * The stack of `tenant` in the local cloud. Names come from what the deployed functions were told: each variable that
 * the template sets from a resource says what that resource is called.
 */
export async function deployedStack(tenant: LocalTenant): Promise<DeployedStack> {
  const file = join(statePaths(STATE).assembly, `AuditTrail-${tenant.id}.template.json`);
  const template: Template = JSON.parse(readFileSync(file, 'utf8'));
  const place = `${tenant.region}:${tenant.account}`;
  const names: Record<string, string> = { 'AWS::AccountId': tenant.account, 'AWS::Region': tenant.region };
  const functions = new Map<string, DeployedFunction>();
  for (const deployed of await deployedFunctions(tenant)) {
    const found = Object.values(template.Resources).find(
      ({ Type, Properties }) =>
        Type === 'AWS::Lambda::Function' && Properties?.Description === deployed.description,
    );
    if (!found || !deployed.name.startsWith(`AuditTrail-${tenant.id}-`)) continue;
    const { Role, Environment } = found.Properties as unknown as FunctionProperties;
    const [role] = Role['Fn::GetAtt'];
    names[`${role}.Arn`] = deployed.role;
    for (const [variable, value] of Object.entries(Environment.Variables))
      Object.assign(names, nameFrom(value, deployed.variables[variable] ?? '', template, place));
    const is = { name: deployed.description.split(' ')[0] ?? '', role };
    functions.set(deployed.name, is).set(functionAccessKey(deployed.arn, deployed.role), is);
  }
  return { template, names, functions };
}

interface FunctionProperties {
  Role: { 'Fn::GetAtt': [string, string] };
  Environment: { Variables: Record<string, unknown> };
}

/** What a variable that refers to a resource says of its name and ARN. */
function nameFrom(value: unknown, deployed: string, { Resources }: Template, place: string): Names {
  const { Ref: id, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: string[] };
  if (attribute) return { [attribute.join('.')]: deployed };
  const type = id === undefined ? undefined : Resources[id]?.Type;
  if (id === undefined || type === undefined) return {};
  const arn = ARN_OF[type]?.(deployed, place);
  return { [id]: deployed, ...(arn !== undefined && { [`${id}.Arn`]: arn }) };
}

/** The functions of the tenant's account: names, roles, descriptions, and what each was told. */
export async function deployedFunctions(tenant: LocalTenant) {
  const client = new LambdaClient(operatorConfig(tenant));
  try {
    const found = [];
    for await (const { Functions = [] } of paginateListFunctions({ client }, {})) {
      for (const { FunctionArn, FunctionName, Role, Description, Environment } of Functions)
        found.push({
          arn: FunctionArn ?? '',
          name: FunctionName ?? '',
          role: Role ?? '',
          description: Description ?? '',
          variables: Environment?.Variables ?? {},
        });
    }
    return found;
  } finally {
    client.destroy();
  }
}
