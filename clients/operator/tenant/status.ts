import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { AuditError } from '../../../core/errors.ts';
import { HEAD_KEY } from '../../../core/index/keys.ts';
import { openCheckpoint } from '../../../core/log/checkpoint.ts';
import { type Connection, explained, verifierKeysOf } from './connect.ts';
import type { DeployedTenant } from './locate.ts';

const TIMEOUT_MS = 10_000;
/** Pages of 1 MB that are counted before the answer is "or more". */
const MAX_PAGES = 10;

/** One reading, or why there is none. */
export type Reading<T> = { ok: true; value: T } | { ok: false; reason: string };

/** A tenant's state at one moment. */
export interface Status {
  /** The HTTP status that a request without a token gets: 401 where all is well. */
  api: Reading<{ status: number }>;
  /** Size by the last checkpoint, which verifies under the key that KMS names; RFC 3339 time of the last batch. */
  log: Reading<{ size: number; asOf: string }>;
  /** Messages of the ingest queue, as SQS estimates them. */
  queue: Reading<{ waiting: number; inWork: number }>;
  /** Refused events that are still kept; `more` where not all were counted. */
  quarantine: Reading<{ count: number; more: boolean }>;
}

/** Reads all parts beside one another, none stopping another, with the operator's own rights: it leaves no record. */
export async function readStatus(tenant: DeployedTenant, connection: Connection): Promise<Status> {
  const [api, log, queue, quarantine] = await Promise.all([
    reading(tenant, () => probe(tenant.apiUrl)),
    reading(tenant, () => readLog(tenant, connection)),
    reading(tenant, () => readQueue(connection.sqs, tenant.queueUrl)),
    reading(tenant, () => countQuarantine(connection.dynamo, tenant.controlTable)),
  ]);
  return { api, log, queue, quarantine };
}

async function reading<T>(tenant: DeployedTenant, read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    const why = explained(error, tenant);
    return { ok: false, reason: why instanceof Error ? why.message : String(why) };
  }
}

async function probe(apiUrl: string): Promise<{ status: number }> {
  const url = `${apiUrl}/v1/audit/log/checkpoint`;
  const { status, body } = await fetch(url, {
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new AuditError('unavailable', `${url} cannot be reached.`, { cause });
  });
  await body?.cancel();
  if (status !== 401)
    throw new AuditError('unavailable', `${url} answered ${status} where 401 was expected.`);
  return { status };
}

/** From the head of the log itself, which also says whether the writer has stopped. */
async function readLog(tenant: DeployedTenant, { kms, dynamo }: Connection) {
  const verifierKeys = await verifierKeysOf(tenant, kms);
  const { Item: head } = await dynamo.send(
    new GetItemCommand({
      TableName: tenant.recordsTable,
      Key: { pk: { S: HEAD_KEY.pk }, sk: { S: HEAD_KEY.sk } },
      ConsistentRead: true,
    }),
  );
  if (!head) throw new AuditError('not_found', 'The log has no head yet: nothing was ever recorded.');
  if (head.state?.S === 'HALTED') {
    throw new AuditError('integrity', `The writer has HALTED: ${head.reason?.S ?? 'it did not say why'}`);
  }
  const attempts = verifierKeys.map((key) => openCheckpoint(head.checkpoint?.S ?? '', key));
  const opened = attempts.find(({ ok }) => ok) ?? attempts[0];
  if (!opened?.ok) {
    throw new AuditError('integrity', `The last checkpoint does NOT verify: ${opened?.failure}`);
  }
  const recordedAt = new Date(Number(head.recorded_at?.N));
  if (Number.isNaN(recordedAt.getTime()))
    throw new AuditError('integrity', 'The head of the log has no time.');
  return { size: opened.checkpoint.size, asOf: recordedAt.toISOString() };
}

export async function readQueue(sqs: SQSClient, QueueUrl: string) {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return {
    waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    inWork: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}

async function countQuarantine(dynamo: DynamoDBClient, TableName: string) {
  let count = 0;
  let next: Record<string, AttributeValue> | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const { Count = 0, LastEvaluatedKey } = await dynamo.send(
      new QueryCommand({
        TableName,
        Select: 'COUNT',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: 'QUARANTINE' } },
        ...(next && { ExclusiveStartKey: next }),
      }),
    );
    count += Count;
    next = LastEvaluatedKey;
    if (!next) break;
  }
  return { count, more: next !== undefined };
}
