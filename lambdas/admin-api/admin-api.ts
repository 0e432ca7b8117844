import type { TenantId } from '../../core/event/ids.ts';
import type { EmitterRegistry, TokenRegistry } from '../../core/identity/registry.ts';
import type { LastSeen } from '../../core/identity/usage.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { Route } from '../shared/http/route.ts';
import type { Acts } from './acts.ts';
import { emitterRoutes } from './routes/emitters.ts';
import { type ErasuresApi, erasureRoutes } from './routes/erasures.ts';
import { type ExportsApi, exportRoutes } from './routes/exports.ts';
import { type HoldsApi, holdRoutes } from './routes/holds.ts';
import { type RetentionApi, retentionRoutes } from './routes/retention.ts';
import { tokenRotationRoutes } from './routes/token-rotation.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { type WebhooksApi, webhookRoutes } from './routes/webhooks.ts';

/** What the administrative routes work on. */
export interface AdminApi {
  tenantId: TenantId;
  tokens: TokenRegistry;
  emitters: EmitterRegistry;
  usage: LastSeen;
  exports: ExportsApi;
  retention: RetentionApi;
  holds: HoldsApi;
  erasures: ErasuresApi;
  webhooks: WebhooksApi;
  acts: Acts;
  clock: Pick<Clock, 'now'>;
  random: Random;
}

/** Every route of this function. */
export function adminRoutes(api: AdminApi): Route[] {
  return [
    ...tokenRoutes(api),
    ...tokenRotationRoutes(api),
    ...emitterRoutes(api),
    ...exportRoutes(api),
    ...retentionRoutes(api),
    ...holdRoutes(api),
    ...erasureRoutes(api),
    ...webhookRoutes(api),
  ];
}
