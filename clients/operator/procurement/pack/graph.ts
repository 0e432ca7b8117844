import { overlaps, type StackResource, type StackRole } from '../../isolation/policies/stack.ts';
import type { Deployment } from './deployment.ts';

export const COLUMNS = ['outside', 'entrance', 'functions', 'stores', 'keys'] as const;
export type Column = (typeof COLUMNS)[number];

export interface Node {
  readonly id: string;
  readonly column: Column;
  readonly label: string;
  /** What it is, under the label. */
  readonly kind: string;
}

export const FLOWS = ['sends', 'reads', 'writes', 'keys'] as const;
export type Flow = (typeof FLOWS)[number];

/** Who may do what to whom: drawn as an arrow in the direction in which data goes, or a key is used. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly flow: Flow;
  /** The IAM actions behind it, or what else lets it happen. */
  readonly actions: readonly string[];
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

const KINDS: Readonly<Record<string, { column: Column; kind: string }>> = {
  'AWS::ApiGateway::RestApi': { column: 'entrance', kind: 'API Gateway, tokens' },
  'AWS::SQS::Queue': { column: 'entrance', kind: 'SQS queue' },
  'AWS::Lambda::Function': { column: 'functions', kind: 'Lambda function' },
  'AWS::DynamoDB::Table': { column: 'stores', kind: 'DynamoDB table' },
  'AWS::S3::Bucket': { column: 'stores', kind: 'S3 bucket' },
  'AWS::Events::EventBus': { column: 'stores', kind: 'event bus, no data' },
  'AWS::KMS::Key': { column: 'keys', kind: 'KMS key' },
  'AWS::SecretsManager::Secret': { column: 'keys', kind: 'secret' },
};

/** What the stack consists of and who may reach what, from its template and its policies. Dead-letter queues are left out. */
export function graphOf(deployment: Deployment): Graph {
  const { policies, tenant } = deployment;
  const drawn = policies.resources.filter(({ type, name }) => KINDS[type] && !name.endsWith('DeadLetters'));
  const nodes = [...outsiders(deployment), ...drawn.map(nodeOf)];
  const edges = [
    ...policies.roles.flatMap((role) => {
      const node = drawn.find(
        ({ type, name }) => type === 'AWS::Lambda::Function' && labelOf(name) === role.name,
      );
      return node ? drawn.flatMap((resource) => grantsOn(role, node.name, resource)) : [];
    }),
    ...drawn.filter(({ type }) => type === 'AWS::Lambda::Function').flatMap((one) => behindApi(one, drawn)),
    ...senders(drawn, tenant.tier === 'account-per-tenant'),
    ...people(deployment, drawn),
  ];
  const known = new Set(nodes.map(({ id }) => id));
  return { nodes, edges: merged(edges.filter(({ from, to }) => known.has(from) && known.has(to))) };
}

function outsiders({ tenant }: Deployment): Node[] {
  return [
    { id: 'agents', column: 'outside', label: 'agents', kind: 'claims or tokens' },
    { id: 'readers', column: 'outside', label: 'readers', kind: 'tokens or own issuer' },
    { id: 'receivers', column: 'outside', label: 'receivers', kind: 'webhooks, SIEM' },
    ...(tenant.auditor_principals
      ? [{ id: 'auditor', column: 'outside' as const, label: 'auditor', kind: 'own AWS role, MFA' }]
      : []),
    ...(tenant.witnesses
      ? [{ id: 'witnesses', column: 'outside' as const, label: 'witnesses', kind: 'checkpoints alone' }]
      : []),
  ];
}

function nodeOf({ name, type }: StackResource): Node {
  const { column, kind } = KINDS[type] ?? { column: 'stores', kind: type };
  return { id: name, column, kind, label: labelOf(name) };
}

/** `BucketsArchive` reads `archive`, `WriterWriteLogFunction` `write-log`. */
function labelOf(name: string): string {
  const words = name.replace(/Function$/, '').match(/[A-Z][a-z]*/g) ?? [name];
  return (words.length > 1 ? words.slice(1) : words).join('-').toLowerCase();
}

/** What a function's role may do to a resource. */
function grantsOn({ grants }: StackRole, node: string, resource: StackResource): Edge[] {
  const actions = grants
    .filter(
      ({ Effect, Resource = [] }) =>
        Effect === 'Allow' && Resource.some((pattern) => overlaps(pattern, resource.arn)),
    )
    .flatMap(({ Action }) => Action)
    .filter((action) => serviceOf(resource.type) === action.split(':')[0]);
  const by = (flow: Flow, from: string, to: string) => {
    const own = [...new Set(actions.filter((action) => flowOf(action) === flow))].sort();
    return own.length === 0 ? [] : [{ from, to, flow, actions: own }];
  };
  return [
    ...by('writes', node, resource.name),
    ...by('sends', node, resource.name),
    ...by('keys', node, resource.name),
    ...by('reads', resource.name, node),
  ];
}

const SERVICES: Readonly<Record<string, string>> = {
  SQS: 'sqs',
  DynamoDB: 'dynamodb',
  S3: 's3',
  Events: 'events',
  KMS: 'kms',
  SecretsManager: 'secretsmanager',
  Lambda: 'lambda',
};

function serviceOf(type: string): string | undefined {
  return SERVICES[type.split('::')[1] ?? ''];
}

function flowOf(action: string): Flow {
  const [service, verb = ''] = action.split(':');
  if (service === 'kms' || service === 'secretsmanager') return 'keys';
  if (service === 'sqs' && verb !== 'SendMessage') return 'reads'; // a message is taken off by whoever read it
  if (/^(SendMessage|PutEvents|InvokeFunction)/.test(verb)) return 'sends';
  return /^(Put|Update|Delete|BatchWrite|TransactWrite|Abort|Bypass)/.test(verb) ? 'writes' : 'reads';
}

/** A function whose policy lets API Gateway invoke it stands behind the API. */
function behindApi({ name, policy }: StackResource, drawn: readonly StackResource[]): Edge[] {
  const invoked = policy.some(
    ({ Effect, Principal }) =>
      Effect === 'Allow' &&
      Object.values(Principal ?? {})
        .flat()
        .includes('apigateway.amazonaws.com'),
  );
  const api = drawn.find(({ type }) => type === 'AWS::ApiGateway::RestApi');
  return invoked && api
    ? [{ from: api.name, to: name, flow: 'sends', actions: ['lambda:InvokeFunction'] }]
    : [];
}

/** How events come in: over the queue that admits emitters, and over the API. */
function senders(drawn: readonly StackResource[], elsewhere: boolean): Edge[] {
  const ingest = drawn.filter(({ type, name }) => type === 'AWS::SQS::Queue' && labelOf(name) === 'ingest');
  const who = elsewhere ? 'principals of the tenant file' : 'principals of the account that IAM allows';
  return [
    ...ingest.map(({ name }) => ({
      from: 'agents',
      to: name,
      flow: 'sends' as const,
      actions: [`sqs:SendMessage by ${who}`],
    })),
    ...apiOf(drawn).map((to) => ({
      from: 'agents',
      to,
      flow: 'sends' as const,
      actions: ['HTTPS with a token (events:write)'],
    })),
  ];
}

function people({ tenant, policies }: Deployment, drawn: readonly StackResource[]): Edge[] {
  const archive = drawn.filter(({ type, name }) => type === 'AWS::S3::Bucket' && labelOf(name) === 'archive');
  const auditor = policies.roles.some(({ name }) => /auditor/i.test(name)) ? archive : [];
  const deliverers = drawn.filter(({ name }) => labelOf(name) === 'deliver-webhooks');
  const cosigner = drawn.filter(({ name }) => labelOf(name) === 'cosign-checkpoints');
  return [
    ...apiOf(drawn).map((from) => ({
      from,
      to: 'readers',
      flow: 'reads' as const,
      actions: ['HTTPS with a token or a token of the own issuer'],
    })),
    ...auditor.map(({ name }) => ({
      from: name,
      to: 'auditor',
      flow: 'reads' as const,
      actions: ['s3:GetObject, read-only role'],
    })),
    ...deliverers.map(({ name }) => ({
      from: name,
      to: 'receivers',
      flow: 'sends' as const,
      actions: ['HTTPS to public addresses: records with commitments, signed'],
    })),
    ...(tenant.witnesses ? cosigner : []).map(({ name }) => ({
      from: name,
      to: 'witnesses',
      flow: 'sends' as const,
      actions: ['HTTPS: signed heads of the log'],
    })),
  ];
}

function apiOf(drawn: readonly StackResource[]): string[] {
  return drawn.filter(({ type }) => type === 'AWS::ApiGateway::RestApi').map(({ name }) => name);
}

/** One arrow for each pair and flow. */
function merged(edges: readonly Edge[]): Edge[] {
  const groups = Map.groupBy(edges, ({ from, to, flow }) => `${from} ${to} ${flow}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ ...first, actions: [...new Set(group.flatMap(({ actions }) => actions))].sort() }] : [];
  });
}
