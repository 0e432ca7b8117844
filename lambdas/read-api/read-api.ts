import type { TenantId } from '../../core/event/ids.ts';
import type { LogReader } from '../../core/query/log-reader.ts';
import type { QuarantineReader } from '../../core/query/quarantine.ts';
import type { CosignatureStore } from '../../core/witness/cosignatures.ts';
import type { Route } from '../shared/http/route.ts';
import type { Outbox } from '../shared/internal-queue.ts';
import { callerRoutes } from './routes/caller.ts';
import { type ConsoleFiles, consoleRoutes } from './routes/console.ts';
import { documentRoutes } from './routes/document.ts';
import { eventRoutes } from './routes/events.ts';
import { logRoutes } from './routes/log.ts';
import { quarantineRoutes } from './routes/quarantine.ts';
import { receiptRoutes } from './routes/receipts.ts';
import { reviewRoutes } from './routes/reviews.ts';
import { taskRoutes } from './routes/tasks.ts';
import { timelineRoutes } from './routes/timeline.ts';
import type { SignInOffer } from './sign-in.ts';

/** What the reading routes work on. */
export interface ReadApi {
  tenantId: TenantId;
  /** The log; its keys are derived from a secret, which is fetched with the first request. */
  reader: () => Promise<LogReader>;
  quarantine: QuarantineReader;
  /** Where the tenant has witnesses: what they said. */
  cosignatures?: Pick<CosignatureStore, 'all'>;
  /** The internal queue, for reviews. */
  outbox: Outbox;
  /** Days for which a record is kept at least, by the policy in force. */
  retainDays: () => Promise<number>;
  console: ConsoleFiles;
  /** How people sign in to it; undefined: with tokens alone. */
  signIn?: SignInOffer | undefined;
}

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
