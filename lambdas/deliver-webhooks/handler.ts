import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context, SQSEvent } from 'aws-lambda';
import { dispatch, dispatchTest } from '../../core/webhook/dispatch.ts';
import type { Dispatcher } from '../../core/webhook/dispatcher.ts';
import { ControlTable } from '../adapters/dynamo-control.ts';
import { DynamoAlerts, DynamoDeliveryLog, DynamoDeliveryStates } from '../adapters/dynamo-deliveries.ts';
import { DynamoHead } from '../adapters/dynamo-head.ts';
import { DynamoRecords } from '../adapters/dynamo-records.ts';
import { DynamoWebhooks } from '../adapters/dynamo-webhooks.ts';
import { postPublic } from '../adapters/public-post.ts';
import { S3Reader } from '../adapters/s3-reader.ts';
import { SqsOutbox } from '../adapters/sqs-outbox.ts';
import { SqsWakes } from '../adapters/sqs-wakes.ts';
import { SsmSecrets } from '../adapters/ssm-secrets.ts';
import { systemClock, systemRandom } from '../adapters/system.ts';
import { zlibCodec } from '../adapters/zlib-codec.ts';
import { logToStdout } from '../shared/http/log-line.ts';
import { ownEvents, PRODUCT_VERSION } from '../shared/internal-queue.ts';
import { observed } from '../shared/observed.ts';
import { environment } from '../shared/wire-api.ts';
import { parseDeliverWebhooksEnv } from './env.ts';
import { logObservations } from './log-observations.ts';
import { wakeMessageOf } from './wake-message.ts';

const RESERVE_MS = 45_000; // for the attempt that is under way

const env = parseDeliverWebhooksEnv(environment);
const dynamo = new DynamoDBClient();
const documents = DynamoDBDocumentClient.from(dynamo);
const control = new ControlTable(documents, env.CONTROL_TABLE);
const sqs = new SQSClient();
const outbox = new SqsOutbox(sqs, env.INTERNAL_QUEUE_URL);
const wakes = new SqsWakes(sqs, env.WEBHOOK_QUEUE_URL);
const dispatcher: Dispatcher = {
  tenantId: env.TENANT_ID,
  origin: env.LOG_ORIGIN,
  version: PRODUCT_VERSION,
  reader: {
    heads: new DynamoHead(dynamo, env.RECORDS_TABLE),
    table: new DynamoRecords(documents, env.RECORDS_TABLE),
    archive: new S3Reader(new S3Client(), env.ARCHIVE_BUCKET, 'the archive'),
    work: { read: async () => undefined }, // disclosures are nothing that this function may read
    codec: zlibCodec,
    clock: systemClock,
    random: systemRandom,
  },
  random: systemRandom,
  endpoints: new DynamoWebhooks(control),
  states: new DynamoDeliveryStates(control),
  log: new DynamoDeliveryLog(control),
  alerts: new DynamoAlerts(control),
  secrets: new SsmSecrets(new SSMClient(), env.SECRETS_PATH),
  post: (request) => postPublic(request, { loopback: env.EGRESS_LOOPBACK }),
  signIns: new Map(),
  record: (events) => outbox.send([ownEvents('deliver-webhooks', events)]),
  observe: logObservations(logToStdout),
};

export const handler = observed('deliver-webhooks', run);

/** Delivers what is due. However many messages say so, it is looked for once, and tests are sent beside it. */
async function run(event: SQSEvent, context: Context): Promise<void> {
  const deadline = systemClock.now() + context.getRemainingTimeInMillis() - RESERVE_MS;
  const messages = event.Records.map(({ body }) => wakeMessageOf(body));
  const tests = messages.filter((message) => message.kind === 'test');
  const [wakeAt] = await Promise.all([
    messages.length > tests.length ? dispatch(deadline, dispatcher) : undefined,
    ...tests.map(({ endpointId, deliveryId }) => dispatchTest(endpointId, deliveryId, dispatcher)),
  ]);
  if (wakeAt !== undefined) await wakes.wake(Math.max(0, Math.ceil((wakeAt - systemClock.now()) / 1_000)));
}
