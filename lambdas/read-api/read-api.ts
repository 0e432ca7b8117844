import type { Route } from '../shared/http/route.ts';
import type { ReadApi } from './ports.ts';
import { callerRoutes } from './routes/caller.ts';
import { consoleRoutes } from './routes/console.ts';
import { documentRoutes } from './routes/document.ts';
import { eventRoutes } from './routes/events.ts';
import { logRoutes } from './routes/log.ts';
import { quarantineRoutes } from './routes/quarantine.ts';
import { receiptRoutes } from './routes/receipts.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { taskRoutes } from './routes/tasks.ts';
import { timelineRoutes } from './routes/timeline.ts';

/** Every route of this function. */
export function readRoutes(api: ReadApi): Route[] {
  return [
    ...eventRoutes(api),
    ...receiptRoutes(api),
    ...taskRoutes(api),
    ...timelineRoutes(api),
    ...logRoutes(api),
    ...quarantineRoutes(api),
    ...reviewRoutes(api),
    ...callerRoutes(api),
    ...documentRoutes(),
    ...consoleRoutes(api),
  ];
}
