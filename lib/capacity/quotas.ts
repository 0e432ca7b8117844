/** When these were last looked up: AWS Service Quotas and price lists, us-east-1, on-demand. */
export const LOOKED_UP = '2026-11-24';

/** A limit of an account, mostly in one Region, that every tenant takes something of. */
export interface Quota {
  readonly service: string;
  readonly name: string;
  /** What an account has that asked for nothing. */
  readonly standard: number;
  /** The most that AWS grants; equal to `standard` where it can't be raised, absent where no end is published. */
  readonly most?: number;
  readonly of: Measure;
}

/** What is counted of a tenant's stack. */
export type Measure =
  | { resources: string }
  /** Rules of the account's default bus. */
  | { rules: 'default bus' }
  /** Executions that its event sources may start at the same time. */
  | { concurrency: 'event sources' };

export const QUOTAS: readonly Quota[] = [
  {
    service: 'API Gateway',
    name: 'Regional APIs',
    standard: 600,
    most: 600,
    of: { resources: 'AWS::ApiGateway::RestApi' },
  },
  {
    service: 'Athena',
    name: 'workgroups',
    standard: 1_000,
    most: 1_000,
    of: { resources: 'AWS::Athena::WorkGroup' },
  },
  { service: 'CloudFormation', name: 'stacks', standard: 2_000, of: { resources: 'stack' } },
  { service: 'CloudWatch', name: 'alarms', standard: 5_000, of: { resources: 'AWS::CloudWatch::Alarm' } },
  {
    service: 'DynamoDB',
    name: 'tables',
    standard: 2_500,
    most: 10_000,
    of: { resources: 'AWS::DynamoDB::Table' },
  },
  { service: 'EventBridge', name: 'event buses', standard: 100, of: { resources: 'AWS::Events::EventBus' } },
  { service: 'EventBridge', name: 'rules of the default bus', standard: 300, of: { rules: 'default bus' } },
  {
    service: 'IAM',
    name: 'roles, of the whole account',
    standard: 1_000,
    most: 5_000,
    of: { resources: 'AWS::IAM::Role' },
  },
  { service: 'KMS', name: 'keys', standard: 100_000, of: { resources: 'AWS::KMS::Key' } },
  { service: 'Lambda', name: 'concurrent executions', standard: 1_000, of: { concurrency: 'event sources' } },
  {
    service: 'S3',
    name: 'buckets, of the whole account',
    standard: 10_000,
    of: { resources: 'AWS::S3::Bucket' },
  },
  {
    service: 'Secrets Manager',
    name: 'secrets',
    standard: 500_000,
    of: { resources: 'AWS::SecretsManager::Secret' },
  },
  { service: 'SNS', name: 'topics', standard: 100_000, of: { resources: 'AWS::SNS::Topic' } },
];

/** Dollars a month for what is there, whether it is used or not. */
export const IDLE_PRICES = {
  key: 1,
  secret: 0.4,
  /** An alarm costs by the metrics that it looks at. */
  alarmMetric: 0.1,
  /** Five connections that wait 20 seconds each, of a queue that Lambda polls, at $0.40 a million requests. */
  polledQueue: ((5 * 30 * 86_400) / 20 / 1e6) * 0.4,
} as const;
