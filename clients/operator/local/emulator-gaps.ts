/**
 * What the emulator leaves out when it deploys a template, done again by API from the same template. Each entry
 * names what the emulator does; test/local tells when one is no longer needed.
 */
import {
  type DynamoDBClient,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import {
  GetBucketPolicyCommand,
  PutBucketPolicyCommand,
  PutObjectLockConfigurationCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { Template } from './assembly.ts';

type Properties = Readonly<Record<string, unknown>>;
interface Clients {
  readonly s3: S3Client;
  readonly dynamo: DynamoDBClient;
}

interface Gap {
  readonly name: string;
  readonly types: readonly string[];
  /** The property that holds the resource's own name, where the resource is not the one to be named. */
  readonly target?: string;
  /** Whether the template asks for what the emulator left out. */
  readonly wanted: (properties: Properties) => boolean;
  readonly apply: (clients: Clients, target: string, properties: Properties) => Promise<unknown>;
}

const replicaSchema = z.object({
  Replicas: z
    .array(
      z.object({
        DeletionProtectionEnabled: z.boolean().optional(),
        PointInTimeRecoverySpecification: z.object({ PointInTimeRecoveryEnabled: z.boolean() }).optional(),
      }),
    )
    .optional(),
  PointInTimeRecoverySpecification: z.object({ PointInTimeRecoveryEnabled: z.boolean() }).optional(),
});
const ttlSchema = z.object({ TimeToLiveSpecification: z.object({ AttributeName: z.string() }) });
const policySchema = z.looseObject({
  Statement: z.array(z.looseObject({ Condition: z.unknown().optional() })),
});

const TABLES = ['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'];

/** Condition keys that the emulator does not know, and so takes for absent: a Deny on them would refuse every PUT. */
const UNKNOWN_CONDITION_KEY = /"s3:object-lock-[a-z-]+"/i;

function localReplica(properties: Properties) {
  const parsed = replicaSchema.safeParse(properties);
  return parsed.success ? (parsed.data.Replicas?.[0] ?? parsed.data) : {};
}

const GAPS: readonly Gap[] = [
  {
    name: 'Object Lock is not switched on',
    types: ['AWS::S3::Bucket'],
    wanted: ({ ObjectLockEnabled }) => ObjectLockEnabled === true,
    apply: ({ s3 }, Bucket) =>
      s3.send(
        new PutObjectLockConfigurationCommand({
          Bucket,
          ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' },
        }),
      ),
  },
  {
    name: 'statements about Object Lock refuse every PUT',
    types: ['AWS::S3::BucketPolicy'],
    target: 'Bucket',
    wanted: ({ PolicyDocument }) => UNKNOWN_CONDITION_KEY.test(JSON.stringify(PolicyDocument)),
    apply: async ({ s3 }, Bucket) => {
      const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket }));
      await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: withoutUnknownConditions(Policy ?? '{}') }));
    },
  },
  {
    name: 'time to live is not switched on',
    types: TABLES,
    wanted: (properties) => ttlSchema.safeParse(properties).success,
    apply: ({ dynamo }, TableName, properties) => {
      const { AttributeName } = ttlSchema.parse(properties).TimeToLiveSpecification;
      const TimeToLiveSpecification = { AttributeName, Enabled: true };
      return dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    },
  },
  {
    name: 'point-in-time recovery is not switched on',
    types: TABLES,
    wanted: (properties) =>
      localReplica(properties).PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled === true,
    apply: ({ dynamo }, TableName) =>
      dynamo.send(
        new UpdateContinuousBackupsCommand({
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      ),
  },
  {
    name: 'deletion protection of a replica is not switched on',
    types: ['AWS::DynamoDB::GlobalTable'],
    wanted: (properties) => {
      const replica = localReplica(properties);
      return 'DeletionProtectionEnabled' in replica && replica.DeletionProtectionEnabled === true;
    },
    apply: ({ dynamo }, TableName) =>
      dynamo.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true })),
  },
];

/** A bucket policy without the statements whose conditions the emulator cannot judge. */
export function withoutUnknownConditions(policy: string): string {
  const document = policySchema.parse(JSON.parse(policy));
  const Statement = document.Statement.filter(
    ({ Condition }) => !UNKNOWN_CONDITION_KEY.test(JSON.stringify(Condition ?? {})),
  );
  return JSON.stringify({ ...document, Statement });
}

/** One thing to be done again on one deployed resource. */
interface GapToClose {
  readonly name: string;
  readonly target: string;
  readonly close: (clients: Clients) => Promise<unknown>;
}

/**
 * What `template` asks for and the emulator left out. `outputs` are the deployed stack's: an output that refers to
 * a resource tells its name, and every resource concerned has such an output.
 */
export function findGaps(template: Template, outputs: Readonly<Record<string, string>>): GapToClose[] {
  const names = new Map<string, string>();
  for (const [output, { Value }] of Object.entries(template.Outputs)) {
    const name = outputs[output];
    const logicalId = refSchema.safeParse(Value);
    if (logicalId.success && name !== undefined) names.set(logicalId.data.Ref, name);
  }
  return Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) =>
    GAPS.filter((gap) => gap.types.includes(Type) && gap.wanted(Properties)).flatMap((gap) => {
      const ref =
        gap.target === undefined ? { data: { Ref: id } } : refSchema.safeParse(Properties[gap.target]);
      const target = names.get(ref.data?.Ref ?? '');
      if (target === undefined) return [];
      const close = (clients: Clients) => gap.apply(clients, target, Properties);
      return [{ name: gap.name, target, close }];
    }),
  );
}

const refSchema = z.object({ Ref: z.string() });
