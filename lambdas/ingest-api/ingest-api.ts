import type { OperationRoute } from '../shared/http/operation.ts';
import type { IngestApi } from './ports.ts';
import { eventRoutes } from './routes/events.ts';
import { otlpRoutes } from './routes/otlp.ts';

/** Every route of this function. */
export function ingestRoutes(api: IngestApi): OperationRoute[] {
  return [...eventRoutes(api), ...otlpRoutes(api)];
}
