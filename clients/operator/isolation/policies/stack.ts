import { z } from 'zod';
import { secretsPath } from '../../../../core/webhook/endpoint.ts';
import { matchesPattern } from './conditions.ts';
import { type Place, physicalNames } from './physical-names.ts';
import {
  identityStatements,
  type Names,
  resolve,
  type Statement,
  statementsOf,
  type Template,
} from './template.ts';

/** A role of a tenant's stack, and all that its policies say. */
export interface StackRole {
  /** Of its function (`write-log`), else its logical id without CDK's hash. */
  readonly name: string;
  readonly arn: string;
  readonly grants: readonly Statement[];
  readonly managedPolicies: readonly string[];
}

/** Whatever has an ARN, with the statements of its own policy: a role's is its trust policy. */
export interface StackResource {
  /** Its logical id without CDK's hash. */
  readonly name: string;
  readonly type: string;
  readonly arn: string;
  readonly policy: readonly Statement[];
}

/** A tenant's synthesised stack with the names that its resources have once it is deployed. */
export interface PolicyStack {
  readonly tenant: string;
  readonly place: Place;
  readonly roles: readonly StackRole[];
  readonly resources: readonly StackResource[];
}

/** What carries nothing and can be asked for nothing: parts of other resources, and CDK's own notes. */
const PARTS =
  /^(AWS::IAM::Policy|AWS::\w+::\w*Policy|AWS::CDK::Metadata|AWS::Lambda::Permission|Custom::\w+)$/;
const PARTS_OF_API = /^AWS::ApiGateway::(?!RestApi$)/;

const functionSchema = z.object({
  Role: z.unknown(),
  Environment: z.object({ Variables: z.looseObject({ AWS_SDK_UA_APP_ID: z.string() }) }),
});

/** The logical id without the eight hex digits that CDK appends. */
function withoutHash(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}

export function readStack(tenant: string, template: Template, place: Place): PolicyStack {
  const names = physicalNames(template, place);
  const entries = Object.entries(template.Resources);
  const functions = functionsByRole(template);
  const roles = entries
    .filter(([, { Type }]) => Type === 'AWS::IAM::Role')
    .map(([id, { Properties = {} }]) => ({
      name: functions.get(id) ?? withoutHash(id),
      arn: names[`${id}.Arn`] ?? id,
      grants: identityStatements(template, id, names),
      managedPolicies: z
        .array(z.unknown())
        .default([])
        .parse(Properties.ManagedPolicyArns)
        .map((arn) => String(resolve(arn, names))),
    }));
  const resources = entries
    .filter(([, { Type }]) => !PARTS.test(Type) && !PARTS_OF_API.test(Type))
    .map(([id, { Type, Properties = {} }]) => ({
      name: withoutHash(id),
      type: Type,
      arn: names[`${id}.Arn`] ?? id,
      policy: policyOf(id, { type: Type, properties: Properties, template, names }),
    }));
  return { tenant, place, roles, resources: [...resources, webhookSecrets(tenant, place)] };
}

/** What the functions make below a path of the tenant's own, and no template has. */
function webhookSecrets(tenant: string, { region, account }: Place): StackResource {
  const arn = `arn:aws:ssm:${region}:${account}:parameter${secretsPath(tenant)}`;
  return { name: 'WebhookSecrets', type: 'AWS::SSM::Parameter', arn, policy: [] };
}

/** Names of the functions, by the logical ids of their roles. */
function functionsByRole({ Resources }: Template): Map<string, string> {
  const found = new Map<string, string>();
  for (const { Type, Properties } of Object.values(Resources)) {
    const parsed = functionSchema.safeParse(Properties);
    if (Type !== 'AWS::Lambda::Function' || !parsed.success) continue;
    const role = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }).parse(parsed.data.Role);
    found.set(role['Fn::GetAtt'][0], parsed.data.Environment.Variables.AWS_SDK_UA_APP_ID);
  }
  return found;
}

/** Every statement that stands on a resource itself, from whichever part of the template attaches it. */
function policyOf(
  id: string,
  of: { type: string; properties: Record<string, unknown>; template: Template; names: Names },
): Statement[] {
  const { type, properties, template, names } = of;
  const arn = names[`${id}.Arn`] ?? id;
  const inline = [properties.KeyPolicy, properties.AssumeRolePolicyDocument, properties.ResourcePolicy]
    .filter((document) => document !== undefined)
    .flatMap((document) => statementsOf(withinProperty.parse(document), names));
  const attached = Object.values(template.Resources).flatMap(({ Type, Properties = {} }) => {
    if (Type === 'AWS::Lambda::Permission')
      return type === 'AWS::Lambda::Function' ? permission(Properties, arn, names) : [];
    if (Type === 'AWS::IAM::Policy' || !Type.endsWith('Policy')) return [];
    if (Type === 'AWS::SecretsManager::ResourcePolicy')
      return resolve(Properties.SecretId, names) === arn
        ? statementsOf(Properties.ResourcePolicy, names)
        : [];
    if (Properties.PolicyDocument === undefined)
      throw new Error(`no ${Type} was expected: say how it is read`);
    return statementsOf(Properties.PolicyDocument, names).filter(({ Resource = [] }) =>
      Resource.some((pattern) => overlaps(pattern, arn)),
    );
  });
  return [...inline, ...attached];
}

/** Tables keep their policy one level deeper than others do. */
const withinProperty = z.union([
  z.object({ PolicyDocument: z.unknown() }).transform(({ PolicyDocument }) => PolicyDocument),
  z.unknown(),
]);

const permissionSchema = z.object({
  FunctionName: z.unknown(),
  Action: z.string(),
  Principal: z.string(),
  SourceArn: z.unknown().optional(),
  SourceAccount: z.unknown().optional(),
});

/** `AWS::Lambda::Permission` as the statement that it adds to the function's policy. */
function permission(properties: Record<string, unknown>, arn: string, names: Names): Statement[] {
  const { FunctionName, Action, Principal, SourceArn, SourceAccount } = permissionSchema.parse(properties);
  const name = String(resolve(FunctionName, names));
  if (name !== arn && !arn.endsWith(`:${name}`)) return [];
  const service = Principal.endsWith('.amazonaws.com');
  return [
    {
      Effect: 'Allow',
      Action: [Action],
      Principal: service ? { Service: [Principal] } : { AWS: [Principal] },
      Condition: {
        ...(SourceArn !== undefined && { ArnLike: { 'aws:SourceArn': [String(resolve(SourceArn, names))] } }),
        ...(SourceAccount !== undefined && {
          StringEquals: { 'aws:SourceAccount': [String(resolve(SourceAccount, names))] },
        }),
      },
    },
  ];
}

/** Whether a pattern of a policy may cover a resource or something inside it: an object of a bucket, a stream of a log. */
export function overlaps(pattern: string, arn: string): boolean {
  const stem = arn.replace(/:\*$/, '');
  if (matchesPattern(arn, pattern) || matchesPattern(stem, pattern)) return true;
  // Something inside begins with the ARN, so the pattern has to be able to begin with it too.
  return [`${stem}/`, `${stem}:`].some((inside) => begins(pattern, inside));
}

/** Whether some text that begins with `start` matches `pattern`: some beginning of the pattern matches all of it. */
function begins(pattern: string, start: string): boolean {
  const [literal = ''] = pattern.split(/[*?]/, 1);
  if (literal.startsWith(start)) return true;
  if (literal === pattern || !start.startsWith(literal)) return false;
  const heads = Array.from(pattern, (_, at) => pattern.slice(0, at + 1)).slice(literal.length);
  return heads.some((head) => matchesPattern(start, head));
}
