import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { LogReader } from '../../../core/query/log-reader.ts';
import { ControlTable } from '../../../lambdas/adapters/dynamo-control.ts';
import { DynamoHead } from '../../../lambdas/adapters/dynamo-head.ts';
import { DynamoQuarantineReader } from '../../../lambdas/adapters/dynamo-quarantine-reader.ts';
import { DynamoRecords } from '../../../lambdas/adapters/dynamo-records.ts';
import { S3Reader } from '../../../lambdas/adapters/s3-reader.ts';
import { SecretKeys } from '../../../lambdas/adapters/secret-keys.ts';
import { systemClock, systemRandom } from '../../../lambdas/adapters/system.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { operatorConfig } from './aws.ts';
import { deployedFunctions } from './deployed-stack.ts';
import type { LocalTenant } from './local-tenants.ts';

/** A log as it was deployed, read by the adapters of `read-api` in this process, with the operator's credentials. */
export interface DeployedReader {
  readonly reader: LogReader & { quarantine: DynamoQuarantineReader };
  close(): void;
}

/** Opens the log of `tenant`. What its stores are called comes from what its `read-api` was told. */
export async function deployedReader(tenant: LocalTenant): Promise<DeployedReader> {
  const config = operatorConfig(tenant);
  const functions = await deployedFunctions(tenant);
  const readApi = functions.find(
    ({ name, description }) =>
      name.startsWith(`AuditTrail-${tenant.id}-`) && description.startsWith('read-api'),
  );
  const named = (variable: string): string => {
    const value = readApi?.variables[variable];
    if (value === undefined) throw new Error(`the read-api of ${tenant.id} was not told its ${variable}`);
    return value;
  };
  const dynamo = new DynamoDBClient(config);
  const s3 = new S3Client(config);
  const secrets = new SecretsManagerClient(config);
  const documents = DynamoDBDocumentClient.from(dynamo);
  const control = new ControlTable(documents, named('CONTROL_TABLE'));
  return {
    reader: {
      keys: await new SecretKeys(secrets, named('INDEX_KEY_SECRET')).get(),
      heads: new DynamoHead(dynamo, named('RECORDS_TABLE')),
      table: new DynamoRecords(documents, named('RECORDS_TABLE')),
      archive: new S3Reader(s3, named('ARCHIVE_BUCKET'), 'the archive'),
      work: new S3Reader(s3, named('WORK_BUCKET'), 'the work bucket'),
      codec: zlibCodec,
      clock: systemClock,
      random: systemRandom,
      quarantine: new DynamoQuarantineReader(control, systemClock),
    },
    close: () => {
      for (const client of [dynamo, s3, secrets]) client.destroy();
    },
  };
}
