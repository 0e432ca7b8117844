import { SQSClient } from '@aws-sdk/client-sqs';
import { SqsOutbox } from '../adapters/sqs-outbox.ts';
import { systemRandom } from '../adapters/system.ts';
import { makeApi } from '../shared/http/api.ts';
import { environment, wireApi } from '../shared/wire-api.ts';
import { parseIngestApiEnv } from './env.ts';
import { ingestRoutes } from './ingest-api.ts';

const env = parseIngestApiEnv(environment);
const wiring = wireApi(env);
const outbox = new SqsOutbox(new SQSClient(), env.INTERNAL_QUEUE_URL);

/** Takes events in. It may look tokens up and enqueue, nothing else. */
export const handler = makeApi(ingestRoutes({ ...wiring, outbox, random: systemRandom }), wiring);
