import { systemRandom } from '../adapters/system.ts';
import { makeApi } from '../shared/http/api.ts';
import { environment, wireApi } from '../shared/wire-api.ts';
import { parseIngestApiEnv } from './env.ts';
import { ingestRoutes } from './ingest-api.ts';

const env = parseIngestApiEnv(environment);
const wiring = wireApi('ingest-api', env);

/** Takes events in. It may look tokens up and enqueue, nothing else. */
export const handler = makeApi(ingestRoutes({ ...wiring, random: systemRandom }), wiring);
