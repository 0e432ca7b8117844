import { z } from 'zod';

/** The parts of a synthesised template that policies are read from. */
export interface Template {
  Resources: Record<string, { Type: string; Properties?: Record<string, unknown> }>;
}

/** `<Id>` for a Ref and `<Id.Attribute>` for a GetAtt, unless `names` says what they are called. */
export type Names = Readonly<Record<string, string>>;

const PSEUDO_PARAMETERS: Names = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': '000000000000',
  'AWS::Region': 'us-east-1',
  'AWS::URLSuffix': 'amazonaws.com',
};

const joinSchema = z.tuple([z.string(), z.array(z.unknown())]);

/**
 * `value` with its intrinsic functions worked out, so that only strings, lists and maps remain.
 * Throws on a function that no policy of ours uses.
 */
export function resolve(value: unknown, names: Names): unknown {
  if (Array.isArray(value)) return value.map((member) => resolve(member, names));
  if (typeof value !== 'object' || value === null) return value;
  const [[key, argument] = ['', undefined], ...more] = Object.entries(value);
  if (more.length === 0 && key === 'Ref') return nameOf(z.string().parse(argument), names);
  if (more.length === 0 && key === 'Fn::GetAtt') {
    return nameOf(z.array(z.string()).parse(argument).join('.'), names);
  }
  if (more.length === 0 && key === 'Fn::Join') {
    const [separator, parts] = joinSchema.parse(argument);
    return parts.map((part) => resolve(part, names)).join(separator);
  }
  if (key.startsWith('Fn::')) throw new Error(`no policy was expected to use ${key}`);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, resolve(member, names)]));
}

function nameOf(reference: string, names: Names): string {
  return names[reference] ?? PSEUDO_PARAMETERS[reference] ?? `<${reference}>`;
}

const oneOrMany = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** Operands of conditions; templates write numbers and booleans as they are. */
const operands = z
  .union([z.string(), z.number(), z.boolean(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [String(value)]));

const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: z
    .union([z.literal('*').transform(() => ({ AWS: ['*'] })), z.record(z.string(), oneOrMany)])
    .optional(),
  Action: oneOrMany,
  Resource: oneOrMany.optional(),
  Condition: z.record(z.string(), z.record(z.string(), operands)).default({}),
});

/** A statement as the evaluator reads it. `NotAction`, `NotResource` and `NotPrincipal` are refused: we use none. */
export type Statement = z.output<typeof statementSchema>;

/** A resource's own policy. `on` is what its statements are about where they say `*`. */
interface ResourcePolicy {
  type: string;
  on: string;
  statements: Statement[];
}

/** Statements of a policy document. Throws on one that is written as ours never are. */
export function statementsOf(document: unknown, names: Names): Statement[] {
  const { Statement } = z.object({ Statement: z.array(statementSchema) }).parse(resolve(document, names));
  return Statement;
}

/** Statements of the policies that are attached to the role with this logical id. */
export function identityStatements(template: Template, role: string, names: Names): Statement[] {
  if (template.Resources[role]?.Type !== 'AWS::IAM::Role') throw new Error(`${role} is no role`);
  if (template.Resources[role].Properties?.Policies) throw new Error(`${role} has inline policies`);
  const attached = z.object({ Roles: z.array(z.unknown()), PolicyDocument: z.unknown() });
  return Object.values(template.Resources)
    .filter(({ Type }) => Type === 'AWS::IAM::Policy')
    .map(({ Properties }) => attached.parse(Properties))
    .filter(({ Roles }) => refersTo(Roles, role))
    .flatMap(({ PolicyDocument }) => statementsOf(PolicyDocument, names));
}

function refersTo(references: readonly unknown[], logicalId: string): boolean {
  return references.some((reference) => JSON.stringify(reference) === JSON.stringify({ Ref: logicalId }));
}

/** All policies that resources of the template carry themselves. */
export function resourcePolicies(template: Template, names: Names): ResourcePolicy[] {
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties = {} }]) => {
    const document = Properties.PolicyDocument ?? Properties.KeyPolicy;
    if (Type === 'AWS::IAM::Policy' || document === undefined) return [];
    return [{ type: Type, on: nameOf(`${id}.Arn`, names), statements: statementsOf(document, names) }];
  });
}
