import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Names, Template } from './template.ts';

/** Where a template is deployed. */
export interface Place {
  readonly stack: string;
  readonly account: string;
  readonly region: string;
}

/** What CloudFormation makes of a resource: what `Ref` answers, and its ARN. */
interface Physical {
  readonly ref: string;
  readonly arn: string;
}

type Namer = (name: string, place: Place, properties: Readonly<Record<string, unknown>>) => Physical;

const named =
  (service: string, before = ''): Namer =>
  (name, { region, account }) => ({
    ref: name,
    arn: `arn:aws:${service}:${region}:${account}:${before}${name}`,
  });

/** `Ref` is the ARN. */
const byArn =
  (service: string, before = ''): Namer =>
  (name, { region, account }) => {
    const arn = `arn:aws:${service}:${region}:${account}:${before}${name}`;
    return { ref: arn, arn };
  };

/** The types whose names policies build on; others get a name and an ARN that are theirs alone. */
const NAMERS: Readonly<Record<string, Namer>> = {
  'AWS::ApiGateway::RestApi': (name, { region }) => {
    const id = short(name);
    return { ref: id, arn: `arn:aws:apigateway:${region}::/restapis/${id}` };
  },
  'AWS::Athena::WorkGroup': (name, { region, account }, { Name }) => {
    const ref = typeof Name === 'string' ? Name : name;
    return { ref, arn: `arn:aws:athena:${region}:${account}:workgroup/${ref}` };
  },
  'AWS::Budgets::Budget': (name, { account }) => ({
    ref: name,
    arn: `arn:aws:budgets::${account}:budget/${name}`,
  }),
  'AWS::CloudWatch::Dashboard': (name, { account }) => ({
    ref: name,
    arn: `arn:aws:cloudwatch::${account}:dashboard/${name}`,
  }),
  'AWS::CloudTrail::Trail': (name, { region, account }, { TrailName }) => {
    const ref = typeof TrailName === 'string' ? TrailName : name;
    return { ref, arn: `arn:aws:cloudtrail:${region}:${account}:trail/${ref}` };
  },
  'AWS::CloudWatch::Alarm': named('cloudwatch', 'alarm:'),
  'AWS::DynamoDB::Table': named('dynamodb', 'table/'),
  'AWS::Events::EventBus': named('events', 'event-bus/'),
  'AWS::Events::Rule': named('events', 'rule/'),
  'AWS::Glue::Database': (name, { region, account }, { DatabaseInput }) => {
    const ref = nameIn(DatabaseInput) ?? name;
    return { ref, arn: `arn:aws:glue:${region}:${account}:database/${ref}` };
  },
  'AWS::Glue::Table': (name, { region, account }, { DatabaseName, TableInput }) => {
    const ref = nameIn(TableInput) ?? name;
    return { ref, arn: `arn:aws:glue:${region}:${account}:table/${String(DatabaseName)}/${ref}` };
  },
  'AWS::IAM::Role': (name, { account }, { RoleName }) => {
    const ref = typeof RoleName === 'string' ? RoleName : name;
    return { ref, arn: `arn:aws:iam::${account}:role/${ref}` };
  },
  'AWS::KMS::Key': (name, { region, account }) => {
    const id = digest(name).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
    return { ref: id, arn: `arn:aws:kms:${region}:${account}:key/${id}` };
  },
  'AWS::Lambda::Function': named('lambda', 'function:'),
  'AWS::Logs::LogGroup': (name, { region, account }) => ({
    ref: name,
    arn: `arn:aws:logs:${region}:${account}:log-group:${name}:*`,
  }),
  'AWS::S3::Bucket': (name) => {
    const bucket = name.toLowerCase();
    return { ref: bucket, arn: `arn:aws:s3:::${bucket}` };
  },
  'AWS::SecretsManager::Secret': byArn('secretsmanager', 'secret:'),
  'AWS::SNS::Topic': byArn('sns'),
  'AWS::SQS::Queue': (name, { region, account }) => ({
    ref: `https://sqs.${region}.amazonaws.com/${account}/${name}`,
    arn: `arn:aws:sqs:${region}:${account}:${name}`,
  }),
};

/**
 * What `Ref`, `Arn` and the pseudo parameters of a template answer once it is deployed at `place`: of the form that
 * CloudFormation gives them, so that a pattern in one tenant's policy can be held against what another tenant has.
 */
export function physicalNames({ Resources }: Template, place: Place): Names {
  const names: Record<string, string> = {
    'AWS::AccountId': place.account,
    'AWS::Region': place.region,
    'AWS::StackName': place.stack,
  };
  for (const [id, { Type, Properties = {} }] of Object.entries(Resources)) {
    const [, service = 'cloudformation'] = Type.toLowerCase().split('::');
    const namer = NAMERS[Type] ?? named(service);
    const { ref, arn } = namer(`${place.stack}-${id}-${short(place.stack + id)}`, place, Properties);
    names[id] = ref;
    names[`${id}.Arn`] = arn;
  }
  return names;
}

/** Glue's resources say what they are called one level down. */
function nameIn(input: unknown): string | undefined {
  return z.object({ Name: z.string() }).safeParse(input).data?.Name;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function short(text: string): string {
  return digest(text).slice(0, 12);
}
