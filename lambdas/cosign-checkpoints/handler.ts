import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { cosignLatest } from '../../core/witness/cosign.ts';
import { ControlTable } from '../adapters/dynamo-control.ts';
import { DynamoCosignatures } from '../adapters/dynamo-cosignatures.ts';
import { DynamoHead } from '../adapters/dynamo-head.ts';
import { DynamoRecords } from '../adapters/dynamo-records.ts';
import { httpWitness } from '../adapters/http-witness.ts';
import { S3Reader } from '../adapters/s3-reader.ts';
import { logToStdout } from '../shared/http/log-line.ts';
import { observed } from '../shared/observed.ts';
import { environment } from '../shared/wire-api.ts';
import { parseCosignEnv } from './env.ts';
import { logOutcomes } from './log-outcomes.ts';

const env = parseCosignEnv(environment);
const dynamo = new DynamoDBClient();
const documents = DynamoDBDocumentClient.from(dynamo);
const reader = {
  heads: new DynamoHead(dynamo, env.RECORDS_TABLE),
  table: new DynamoRecords(documents, env.RECORDS_TABLE),
  archive: new S3Reader(new S3Client(), env.ARCHIVE_BUCKET, 'the archive'),
};
const ports = {
  store: new DynamoCosignatures(new ControlTable(documents, env.CONTROL_TABLE)),
  ask: httpWitness({ loopback: env.EGRESS_LOOPBACK }),
};
const witnesses = env.WITNESSES.map(({ url, verifier_key }) => ({
  url: url.replace(/\/+$/, ''),
  verifierKey: verifier_key,
}));

export const handler = observed('cosign-checkpoints', run);

/** A batch became final, or the schedule: the last checkpoint goes to the tenant's witnesses. The event says nothing more. */
async function run(): Promise<void> {
  logOutcomes(await cosignLatest(reader, witnesses, ports), logToStdout);
}
