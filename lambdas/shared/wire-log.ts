import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { AuditError } from '../../core/errors.ts';
import { asTenantId } from '../../core/event/ids.ts';
import type { Intake, Observation } from '../../core/ingest/intake.ts';
import type { RedactionRule } from '../../core/redaction/rules.ts';
import type { RetentionPolicy } from '../../core/retention/policy.ts';
import { type PolicyStore, policyInForce } from '../../core/retention/standing-policy.ts';
import type { Log } from '../../core/sequencer/log.ts';
import project from '../../package.json' with { type: 'json' };
import { ControlTable } from '../adapters/dynamo-control.ts';
import { DynamoEmitters } from '../adapters/dynamo-emitters.ts';
import { DynamoHead } from '../adapters/dynamo-head.ts';
import { DynamoPolicies } from '../adapters/dynamo-policies.ts';
import { DynamoQuarantine } from '../adapters/dynamo-quarantine.ts';
import { DynamoRecords } from '../adapters/dynamo-records.ts';
import { EventBridgeAnnouncer } from '../adapters/eventbridge-announcer.ts';
import { KmsSigner } from '../adapters/kms-signer.ts';
import { S3Archive } from '../adapters/s3-archive.ts';
import { S3Work } from '../adapters/s3-work.ts';
import { SecretKeys } from '../adapters/secret-keys.ts';
import { systemClock, systemRandom } from '../adapters/system.ts';
import { zlibCodec } from '../adapters/zlib-codec.ts';
import { MAX_RECEIVES, type WorkloadIdentity } from './env.ts';
import { workloadTerms } from './workload-terms.ts';

/** What the writer reads from its environment. */
interface LogVariables {
  TENANT_ID: string;
  LOG_ORIGIN: string;
  RECORDS_TABLE: string;
  CONTROL_TABLE: string;
  ARCHIVE_BUCKET: string;
  WORK_BUCKET: string;
  SIGNING_KEY_IDS: readonly string[];
  SIGN_EACH: boolean;
  INDEX_KEY_SECRET: string;
  BUS_NAME: string;
  POLICY: {
    personal_data: readonly string[];
    redact: readonly RedactionRule[];
    retention: RetentionPolicy;
    lock_mode: 'COMPLIANCE' | 'GOVERNANCE';
  };
  WORKLOAD_IDENTITY: WorkloadIdentity | undefined;
}

/** The tenant's log, and the way into it. */
export interface LogWiring {
  log: Log;
  intake: Intake;
}

/** What is joined once; the retention policy is looked at again with every event. */
export interface LogBase extends LogWiring {
  policies: Pick<PolicyStore, 'read'>;
  deployed: RetentionPolicy;
}

// A call that hangs must fail while there is time to try it again.
const CLIENT = {
  maxAttempts: 4,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/** Joins ports and adapters for the writer. Fetches the tenant's secret, so it is done once, at the first event. */
export async function wireLog(
  variables: LogVariables,
  observe: (observation: Observation) => void,
): Promise<LogBase> {
  const { TENANT_ID, LOG_ORIGIN, RECORDS_TABLE, CONTROL_TABLE, ARCHIVE_BUCKET, WORK_BUCKET, POLICY } =
    variables;
  const dynamo = new DynamoDBClient(CLIENT);
  const documents = DynamoDBDocumentClient.from(dynamo);
  const s3 = new S3Client(CLIENT);
  const keys = await new SecretKeys(new SecretsManagerClient(CLIENT), variables.INDEX_KEY_SECRET).get();
  const work = new S3Work(s3, WORK_BUCKET);
  const control = new ControlTable(documents, CONTROL_TABLE);
  const emitters = new DynamoEmitters(control);
  const log: Log = {
    tenant: TENANT_ID,
    origin: LOG_ORIGIN,
    keys,
    lockDays: lockDaysBy(POLICY.retention),
    heads: new DynamoHead(dynamo, RECORDS_TABLE),
    table: new DynamoRecords(documents, RECORDS_TABLE),
    archive: new S3Archive(s3, ARCHIVE_BUCKET, POLICY.lock_mode),
    work,
    signers: signersOf(variables.SIGNING_KEY_IDS),
    signEach: variables.SIGN_EACH,
    announcer: new EventBridgeAnnouncer(new EventBridgeClient(CLIENT), variables.BUS_NAME),
    codec: zlibCodec,
    clock: systemClock,
    random: systemRandom,
  };
  const intake: Intake = {
    log,
    tenantId: asTenantId(TENANT_ID),
    emitterByKid: (kid) => emitters.byKid(kid),
    workloads: workloadTerms(variables.WORKLOAD_IDENTITY),
    personalData: POLICY.personal_data,
    redact: POLICY.redact,
    policyVersion: 1,
    pseudonymKey: keys.pseudonym,
    quarantine: new DynamoQuarantine(documents, CONTROL_TABLE, work),
    writerVersion: project.version,
    maxReceives: MAX_RECEIVES,
    observe,
  };
  return { log, intake, policies: new DynamoPolicies(control), deployed: POLICY.retention };
}

/** The log under the policy that is in force now. */
export async function underPolicy({ log, intake, policies, deployed }: LogBase): Promise<LogWiring> {
  const { version, policy, ended } = await policyInForce(policies, deployed);
  const ruled = { ...log, lockDays: lockDaysBy(policy) };
  return { log: ruled, intake: { ...intake, log: ruled, policyVersion: version, endedAt: ended?.at } };
}

/** Hashes of tiles are no personal data, and proofs of the oldest record need them: they stay as long as any record may. */
function lockDaysBy({ immutability_days, max_days }: RetentionPolicy): Log['lockDays'] {
  return { batches: immutability_days, tiles: max_days };
}

function signersOf(keyIds: readonly string[]): Log['signers'] {
  const client = new KMSClient(CLIENT);
  const [first, ...others] = keyIds.map((keyId) => new KmsSigner(client, keyId));
  if (!first) throw new AuditError('misconfigured', 'the writer has no key to sign with');
  return [first, ...others];
}
