import { SQSClient } from '@aws-sdk/client-sqs';
import type { CloudFormationCustomResourceEvent, Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { AuditError } from '../../core/errors.ts';
import { acceptBatch } from '../../core/ingest/accept.ts';
import { openLog } from '../../core/sequencer/genesis.ts';
import { depthOf } from '../adapters/sqs-depth.ts';
import { logToStdout } from '../shared/http/log-line.ts';
import { measureTo } from '../shared/metrics.ts';
import { observed } from '../shared/observed.ts';
import { environment } from '../shared/wire-api.ts';
import { type LogWiring, underPolicy, wireLog } from '../shared/wire-log.ts';
import { type AuditRequest, auditOnSchedule, isAuditRequest } from './audit-archive.ts';
import { type ClosingRequest, closeOnSchedule, isClosingRequest } from './close-days.ts';
import { archiveDailyRecords, type DailyRequest, isDailyRequest } from './daily-records.ts';
import { countDeadLetters, type DeadLetterRequest, isDeadLetterRequest } from './dead-letters.ts';
import { deadlineOf } from './deadline.ts';
import { parseWriteLogEnv } from './env.ts';
import { handleGenesis } from './genesis-resource.ts';
import { logObservations } from './log-observations.ts';
import { answerOperator, asOperatorRequest, type OperatorRequest } from './operator.ts';
import { toQueueMessage } from './queue-messages.ts';

const variables = parseWriteLogEnv(environment);
const sqs = new SQSClient();
const deadLetters = new Map([
  ['ingest', variables.INGEST_DEAD_LETTERS_URL],
  ['internal', variables.INTERNAL_DEAD_LETTERS_URL],
  ['exports', variables.EXPORT_DEAD_LETTERS_URL],
  ['webhooks', variables.WEBHOOK_DEAD_LETTERS_URL],
]);
const observe = logObservations(logToStdout, measureTo('write-log', variables.TENANT_ID));
let wiring: ReturnType<typeof wireLog> | undefined;

export const handler = observed('write-log', run);

/** Batches from the tenant's queues, requests of the stack (open the log) and of its schedules, and what the operator asks for. */
async function run(
  event:
    | SQSEvent
    | CloudFormationCustomResourceEvent
    | AuditRequest
    | ClosingRequest
    | DailyRequest
    | DeadLetterRequest
    | OperatorRequest,
  context: Context,
): Promise<SQSBatchResponse | Record<string, unknown> | undefined> {
  const deadline = deadlineOf(context.getRemainingTimeInMillis(), Date.now());
  const request = asOperatorRequest(event);
  if (request) {
    const invocation = { requestId: context.awsRequestId, deadline };
    return await answerOperator(request, (await wired()).intake, invocation, logToStdout);
  }
  if (isAuditRequest(event)) return await auditOnSchedule((await wired()).log, deadline, logToStdout);
  if (isClosingRequest(event)) return await closeOnSchedule((await wired()).log, deadline, logToStdout);
  if (isDailyRequest(event)) return await archiveDailyRecords((await wired()).log, deadline, logToStdout);
  if (isDeadLetterRequest(event))
    return await countDeadLetters(deadLetters, (url) => depthOf(sqs, url), logToStdout);
  if ('RequestType' in event) {
    await handleGenesis(event, variables.LOG_ORIGIN, async () => openLog((await wired()).log));
    return undefined;
  }
  if (!('Records' in event))
    throw new AuditError('invalid_request', 'not an event of a queue, of the stack, or of an operator');
  const messages = event.Records.map((record) => toQueueMessage(record, variables));
  const failed = await acceptBatch(messages, deadline, (await wired()).intake);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** Joined at the first event, a failure is not remembered; under the policy that is in force at this one. */
async function wired(): Promise<LogWiring> {
  wiring ??= wireLog(variables, observe);
  try {
    return await underPolicy(await wiring);
  } catch (error) {
    wiring = undefined;
    throw error;
  }
}
