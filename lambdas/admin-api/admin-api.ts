import type { Route } from '../shared/http/route.ts';
import type { AdminApi } from './ports.ts';
import { closingRoutes } from './routes/closing.ts';
import { emitterRoutes } from './routes/emitters.ts';
import { erasureRoutes } from './routes/erasures.ts';
import { exportRoutes } from './routes/exports.ts';
import { holdRoutes } from './routes/holds.ts';
import { retentionRoutes } from './routes/retention.ts';
import { tokenRotationRoutes } from './routes/token-rotation.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { webhookRoutes } from './routes/webhooks.ts';

/** Every route of this function. */
export function adminRoutes(api: AdminApi): Route[] {
  return [
    ...tokenRoutes(api),
    ...tokenRotationRoutes(api),
    ...emitterRoutes(api),
    ...exportRoutes(api),
    ...retentionRoutes(api),
    ...closingRoutes(api),
    ...holdRoutes(api),
    ...erasureRoutes(api),
    ...webhookRoutes(api),
  ];
}
