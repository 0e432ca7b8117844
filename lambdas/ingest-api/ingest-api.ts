import type { TenantId } from '../../core/event/ids.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { OperationRoute } from '../shared/http/operation.ts';
import type { Outbox } from '../shared/internal-queue.ts';
import { eventRoutes } from './routes/events.ts';
import { otlpRoutes } from './routes/otlp.ts';

/** What the routes that take events in work with. */
export interface IngestApi {
  tenantId: TenantId;
  outbox: Outbox;
  clock: Pick<Clock, 'now'>;
  random: Random;
}

/** Every route of this function. */
export function ingestRoutes(api: IngestApi): OperationRoute[] {
  return [...eventRoutes(api), ...otlpRoutes(api)];
}
