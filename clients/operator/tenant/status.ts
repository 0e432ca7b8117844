import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { AuditError } from '../../../core/errors.ts';
import { openCheckpoint } from '../../../core/log/checkpoint.ts';
import { type Connection, explained, verifierKeyOf } from './connect.ts';
import type { DeployedTenant } from './locate.ts';

const TIMEOUT_MS = 10_000;
const MAX_CHECKPOINT = 1_000_000;
/** Pages of 1 MB that are counted before the answer is "or more". */
const MAX_PAGES = 10;

/** One reading, or why there is none. `failed`: it should have worked; else there was no way to ask. */
export type Reading<T> = { ok: true; value: T } | { ok: false; failed: boolean; reason: string };

/** A tenant's state at one moment. */
export interface Status {
  /** Of the checkpoint that the API serves, verified under the key that KMS names. */
  log: Reading<{ size: number; asOf: string | undefined }>;
  /** Messages of the ingest queue, as SQS estimates them. */
  queue: Reading<{ waiting: number; inWork: number }>;
  /** Refused events that are still kept; `more` where not all were counted. */
  quarantine: Reading<{ count: number; more: boolean }>;
}

/** Reads all parts beside one another; none stops another. `token` needs the scope `log:read`. */
export async function readStatus(
  tenant: DeployedTenant,
  connection: Connection,
  token: string | undefined,
): Promise<Status> {
  const [log, queue, quarantine] = await Promise.all([
    token === undefined ? NO_TOKEN : reading(tenant, () => readLog(tenant, connection, token)),
    reading(tenant, () => readQueue(connection.sqs, tenant.queueUrl)),
    reading(tenant, () => countQuarantine(connection.dynamo, tenant.controlTable)),
  ]);
  return { log, queue, quarantine };
}

const NO_TOKEN: Reading<never> = {
  ok: false,
  failed: false,
  reason: 'not asked: put a token with log:read into AUDIT_TRAIL_TOKEN',
};

async function reading<T>(tenant: DeployedTenant, read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    const why = explained(error, tenant);
    return { ok: false, failed: true, reason: why instanceof Error ? why.message : String(why) };
  }
}

async function readLog(tenant: DeployedTenant, { kms }: Connection, token: string) {
  const verifierKey = await verifierKeyOf(tenant, kms);
  const url = `${tenant.apiUrl}/v1/audit/log/checkpoint`;
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/plain' },
    redirect: 'error', // the token is for this address alone
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((cause: unknown) => {
    throw new AuditError('unavailable', `${url} cannot be reached`, { cause });
  });
  if (!answer.ok) throw new AuditError('unavailable', `${url} answered ${answer.status}`);
  const note = await answer.text();
  if (note.length > MAX_CHECKPOINT) throw new AuditError('too_large', `${url} answered no checkpoint`);
  const opened = openCheckpoint(note, verifierKey);
  if (!opened.ok) {
    throw new AuditError('integrity', `The checkpoint does NOT verify (${opened.failure}); keep it: ${url}`);
  }
  const modified = Date.parse(answer.headers.get('last-modified') ?? '');
  return {
    size: opened.checkpoint.size,
    asOf: Number.isNaN(modified) ? undefined : new Date(modified).toISOString(),
  };
}

async function readQueue(sqs: SQSClient, QueueUrl: string) {
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
