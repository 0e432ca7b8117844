import * as closing from '../../admin-api/operations/closing.ts';
import * as emitters from '../../admin-api/operations/emitters.ts';
import * as erasures from '../../admin-api/operations/erasures.ts';
import * as exporting from '../../admin-api/operations/exports.ts';
import * as holds from '../../admin-api/operations/holds.ts';
import * as retention from '../../admin-api/operations/retention.ts';
import * as tokens from '../../admin-api/operations/tokens.ts';
import * as webhooks from '../../admin-api/operations/webhooks.ts';
import * as ingest from '../../ingest-api/operations.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { getCaller } from '../operations/caller.ts';
import * as consoleFiles from '../operations/console.ts';
import { getOpenApiDocument } from '../operations/document.ts';
import * as events from '../operations/events.ts';
import * as log from '../operations/log.ts';
import * as quarantine from '../operations/quarantine.ts';
import * as receipts from '../operations/receipts.ts';
import * as reviews from '../operations/reviews.ts';
import * as tasks from '../operations/tasks.ts';
import { getTimeline } from '../operations/timeline.ts';

/** The operations of all functions behind the tenant's API, in the order in which the document shows them. */
export const OPERATIONS: readonly Operation[] = [
  ingest.sendEvents,
  ingest.sendTraces,
  events.listEvents,
  events.getEvent,
  receipts.getReceipt,
  tasks.listTasks,
  tasks.getTask,
  getTimeline,
  quarantine.listQuarantine,
  quarantine.retryRefused,
  reviews.recordReview,
  reviews.listReviews,
  log.getCheckpoint,
  log.getTile,
  log.getVerifierKey,
  log.getKeyChain,
  tokens.issueToken,
  tokens.listTokens,
  tokens.getToken,
  tokens.rotateToken,
  tokens.revokeToken,
  getCaller,
  emitters.registerEmitter,
  emitters.listEmitters,
  emitters.removeEmitter,
  exporting.createExport,
  exporting.listExports,
  exporting.getExport,
  exporting.cancelExport,
  exporting.deleteExport,
  exporting.downloadExport,
  retention.getRetentionPolicy,
  retention.putRetentionPolicy,
  closing.getContractEnd,
  closing.endContract,
  closing.stateClosing,
  holds.placeHold,
  holds.listHolds,
  holds.getHold,
  holds.releaseHold,
  erasures.requestErasure,
  erasures.listErasures,
  erasures.getErasure,
  webhooks.createWebhook,
  webhooks.listWebhooks,
  webhooks.getWebhook,
  webhooks.changeWebhook,
  webhooks.removeWebhook,
  webhooks.testWebhook,
  webhooks.replayWebhook,
  webhooks.rotateWebhookSecret,
  webhooks.listDeliveries,
  getOpenApiDocument,
  consoleFiles.openConsole,
  consoleFiles.getConsolePage,
  consoleFiles.getSignIn,
  consoleFiles.getConsoleFile,
];
