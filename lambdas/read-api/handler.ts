import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { policyInForce } from '../../core/retention/standing-policy.ts';
import { BundledFiles } from '../adapters/bundled-files.ts';
import { DynamoCosignatures } from '../adapters/dynamo-cosignatures.ts';
import { DynamoHead } from '../adapters/dynamo-head.ts';
import { DynamoPolicies } from '../adapters/dynamo-policies.ts';
import { DynamoQuarantineReader } from '../adapters/dynamo-quarantine-reader.ts';
import { DynamoRecords } from '../adapters/dynamo-records.ts';
import { S3Reader } from '../adapters/s3-reader.ts';
import { SecretKeys } from '../adapters/secret-keys.ts';
import { systemRandom } from '../adapters/system.ts';
import { makeApi } from '../shared/http/api.ts';
import { observed } from '../shared/observed.ts';
import { environment, wireApi } from '../shared/wire-api.ts';
import { workloadTerms } from '../shared/workload-terms.ts';
import { parseReadApiEnv } from './env.ts';
import { readRoutes } from './read-api.ts';
import { signInOffer } from './sign-in.ts';

const env = parseReadApiEnv(environment);
const api = wireApi('read-api', env);
const s3 = new S3Client();
const keys = new SecretKeys(new SecretsManagerClient(), env.INDEX_KEY_SECRET);

const ports = {
  heads: new DynamoHead(api.dynamo, env.RECORDS_TABLE),
  table: new DynamoRecords(api.documents, env.RECORDS_TABLE),
  archive: new S3Reader(s3, env.ARCHIVE_BUCKET, 'the archive'),
  work: new S3Reader(s3, env.WORK_BUCKET, 'the work bucket'),
  codec: api.codec,
  clock: api.clock,
  random: systemRandom,
};

const policies = new DynamoPolicies(api.control);
const cosignatures = env.WITNESSED ? new DynamoCosignatures(api.control) : undefined;

/** Answers what is asked of the log: events, receipts, timelines, checkpoint and keys, quarantine; and hands the console out. */
const answer = makeApi(
  readRoutes({
    tenantId: api.tenantId,
    reader: async () => ({ ...ports, keys: await keys.get(), ...(cosignatures && { cosignatures }) }),
    quarantine: new DynamoQuarantineReader(api.control, api.clock),
    ...(cosignatures && { cosignatures }),
    outbox: api.outbox,
    retainDays: async () => (await policyInForce(policies, env.RETENTION)).policy.min_days,
    signIn: signInOffer(env.IDENTITY),
    console: new BundledFiles(join(import.meta.dirname, 'console')),
  }),
  { ...api, workloads: workloadTerms(env.WORKLOAD_IDENTITY) },
);

export const handler = observed('read-api', answer);
