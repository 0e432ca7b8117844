import { systemRandom } from '../adapters/system.ts';
import { makeApi } from '../shared/http/api.ts';
import { observed } from '../shared/observed.ts';
import { environment, wireApi } from '../shared/wire-api.ts';
import { parseIngestApiEnv } from './env.ts';
import { ingestRoutes } from './ingest-api.ts';

const env = parseIngestApiEnv(environment);
const wiring = wireApi('ingest-api', env);

/** Takes events in. It may look tokens up and enqueue, nothing else. */
const answer = makeApi(ingestRoutes({ ...wiring, random: systemRandom }), wiring);

export const handler = observed('ingest-api', answer);
