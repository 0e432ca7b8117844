import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Codec } from '../../../core/ports.ts';
import type { LogReader } from '../../../core/query/log-reader.ts';
import { ControlTable } from '../../../lambdas/adapters/dynamo-control.ts';
import { DynamoHead } from '../../../lambdas/adapters/dynamo-head.ts';
import { DynamoQuarantineReader } from '../../../lambdas/adapters/dynamo-quarantine-reader.ts';
import { S3Reader } from '../../../lambdas/adapters/s3-reader.ts';
import { SecretKeys } from '../../../lambdas/adapters/secret-keys.ts';
import { systemClock, systemRandom } from '../../../lambdas/adapters/system.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { operatorConfig } from './aws.ts';
import { CopiedTable } from './copied-table.ts';
import { deployedFunctions } from './deployed-stack.ts';
import type { LocalTenant } from './local-tenants.ts';

/**
 * A log as it was deployed, read in this process by what `read-api` reads it with, with the operator's credentials: its
 * objects where they lie, its table and head as they were when it was opened.
 */
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
  // The head first: the table holds everything that it speaks of.
  const head = await new DynamoHead(dynamo, named('RECORDS_TABLE')).read();
  const control = new ControlTable(documents, named('CONTROL_TABLE'));
  return {
    reader: {
      keys: await new SecretKeys(secrets, named('INDEX_KEY_SECRET')).get(),
      heads: { read: async () => head },
      table: await CopiedTable.of(documents, named('RECORDS_TABLE')),
      archive: once(new S3Reader(s3, named('ARCHIVE_BUCKET'), 'the archive')),
      work: once(new S3Reader(s3, named('WORK_BUCKET'), 'the work bucket')),
      codec: unpackedOnce(zlibCodec),
      clock: systemClock,
      random: systemRandom,
      quarantine: new DynamoQuarantineReader(control, systemClock),
    },
    close: () => {
      for (const client of [dynamo, s3, secrets]) client.destroy();
    },
  };
}

/** What an object of the work bucket holds is unpacked once, and not for each record of its batch anew. */
function unpackedOnce(codec: Codec): Codec {
  const unpacked = new WeakMap<Uint8Array, Uint8Array>();
  return {
    ...codec,
    gunzip: (bytes, limit) => {
      const plain = unpacked.get(bytes) ?? codec.gunzip(bytes, limit);
      unpacked.set(bytes, plain);
      return plain;
    },
  };
}

/** Each object is fetched once: what belongs to a record is never written again. */
function once(reader: S3Reader): Pick<S3Reader, 'read'> {
  const read = new Map<string, ReturnType<S3Reader['read']>>();
  return {
    read: (key) => {
      const standing = read.get(key) ?? reader.read(key);
      read.set(key, standing);
      return standing;
    },
  };
}
