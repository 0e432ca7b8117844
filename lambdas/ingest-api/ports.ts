import type { TenantId } from '../../core/event/ids.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { Outbox } from '../shared/internal-queue.ts';

/** What the routes that take events in work with. */
export interface IngestApi {
  tenantId: TenantId;
  outbox: Outbox;
  clock: Pick<Clock, 'now'>;
  random: Random;
}
