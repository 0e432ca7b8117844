import type { TenantId } from '../../core/event/ids.ts';
import type { EmitterRegistry, TokenRegistry } from '../../core/identity/registry.ts';
import type { Clock, Random } from '../../core/ports.ts';
import type { Route } from '../shared/http/route.ts';
import type { Acts } from './acts.ts';
import { emitterRoutes } from './routes/emitters.ts';
import { tokenRoutes } from './routes/tokens.ts';

/** What the administrative routes work on. */
export interface AdminApi {
  tenantId: TenantId;
  tokens: TokenRegistry;
  emitters: EmitterRegistry;
  acts: Acts;
  clock: Pick<Clock, 'now'>;
  random: Random;
}

/** Every route of this function. */
export function adminRoutes(api: AdminApi): Route[] {
  return [...tokenRoutes(api), ...emitterRoutes(api)];
}
