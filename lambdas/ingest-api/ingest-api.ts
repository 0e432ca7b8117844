import type { TenantId } from '../../core/event/ids.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { Route } from '../shared/http/route.ts';
import type { Outbox } from '../shared/internal-queue.ts';
import { eventRoutes } from './routes/events.ts';

/** What the routes that take events in work with. */
export interface IngestApi {
  tenantId: TenantId;
  outbox: Outbox;
  clock: Pick<Clock, 'now'>;
  random: Random;
}

/** Every route of this function. */
export function ingestRoutes(api: IngestApi): Route[] {
  return eventRoutes(api);
}
