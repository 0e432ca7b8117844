import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { BatchGetCommand, BatchWriteCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { AuditError } from '../../core/errors.ts';
import type { Item, ItemKey, ItemRange } from '../../core/ports.ts';
import type { DeletableTable } from '../../core/retention/keeper.ts';
import { awsCall } from './aws-call.ts';

const GET_KEYS = 100; // of one BatchGetItem
const PUT_ITEMS = 25; // of one BatchWriteItem
const AT_ONCE = 8; // calls that run side by side: one batch must not take the whole connection pool
const WHAT = 'the records table';

/** The records table. Reads are strongly consistent. Who may write or delete is IAM's to say. */
export class DynamoRecords implements DeletableTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async get(keys: readonly ItemKey[]): Promise<{ items: Item[]; unprocessed: ItemKey[] }> {
    const answers = await inChunks(keys, GET_KEYS, async (chunk) => {
      const command = new BatchGetCommand({
        RequestItems: {
          [this.#table]: { Keys: chunk.map(({ pk, sk }) => ({ pk, sk })), ConsistentRead: true },
        },
      });
      const { Responses, UnprocessedKeys } = await awsCall(WHAT, () => this.#client.send(command));
      return {
        items: (Responses?.[this.#table] ?? []).map(asItem),
        unprocessed: (UnprocessedKeys?.[this.#table]?.Keys ?? []).map(asKey),
      };
    });
    return {
      items: answers.flatMap(({ items }) => items),
      unprocessed: answers.flatMap(({ unprocessed }) => unprocessed),
    };
  }

  async put(items: readonly Item[]): Promise<{ unprocessed: Item[] }> {
    const answers = await inChunks(items, PUT_ITEMS, async (chunk) => {
      const command = new BatchWriteCommand({
        RequestItems: { [this.#table]: chunk.map((item) => ({ PutRequest: { Item: item } })) },
      });
      const { UnprocessedItems } = await awsCall(WHAT, () => this.#client.send(command));
      return (UnprocessedItems?.[this.#table] ?? []).map(({ PutRequest }) => asItem(PutRequest?.Item));
    });
    return { unprocessed: answers.flat() };
  }

  async delete(keys: readonly ItemKey[]): Promise<{ unprocessed: ItemKey[] }> {
    const answers = await inChunks(keys, PUT_ITEMS, async (chunk) => {
      const command = new BatchWriteCommand({
        RequestItems: {
          [this.#table]: chunk.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
        },
      });
      const { UnprocessedItems } = await awsCall(WHAT, () => this.#client.send(command));
      return (UnprocessedItems?.[this.#table] ?? []).map(({ DeleteRequest }) =>
        asKey(DeleteRequest?.Key ?? {}),
      );
    });
    return { unprocessed: answers.flat() };
  }

  async query(range: ItemRange): Promise<{ items: Item[]; next?: string }> {
    const { pk, from, to, descending = false, limit, after } = range;
    // DynamoDB calls an empty range an invalid request; to a reader it is a page of nothing.
    if ((from !== undefined && to !== undefined && from > to) || limit === 0) return { items: [] };
    const command = new QueryCommand({
      TableName: this.#table,
      ConsistentRead: true,
      ScanIndexForward: !descending,
      ...(limit !== undefined && { Limit: limit }),
      ...(after !== undefined && { ExclusiveStartKey: { pk, sk: after } }),
      ...condition(pk, from === '' ? undefined : from, to),
    });
    const { Items = [], LastEvaluatedKey } = await awsCall(WHAT, () => this.#client.send(command));
    const items = Items.map(asItem);
    return LastEvaluatedKey ? { items, next: asKey(LastEvaluatedKey).sk } : { items };
  }
}

function condition(pk: string, from: string | undefined, to: string | undefined) {
  const expression =
    from !== undefined && to !== undefined
      ? ' AND sk BETWEEN :from AND :to'
      : `${from !== undefined ? ' AND sk >= :from' : ''}${to !== undefined ? ' AND sk <= :to' : ''}`;
  return {
    KeyConditionExpression: `pk = :pk${expression}`,
    ExpressionAttributeValues: {
      ':pk': pk,
      ...(from !== undefined && { ':from': from }),
      ...(to !== undefined && { ':to': to }),
    },
  };
}

/** Cuts `values` into chunks of `size` and works on at most `AT_ONCE` of them at a time; answers in order. */
async function inChunks<T, R>(
  values: readonly T[],
  size: number,
  work: (chunk: T[]) => Promise<R>,
): Promise<R[]> {
  const chunks: T[][] = [];
  for (let start = 0; start < values.length; start += size) chunks.push(values.slice(start, start + size));
  const answers: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < chunks.length) {
      const position = next++;
      const chunk = chunks[position];
      if (chunk) answers[position] = await work(chunk);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, chunks.length) }, worker));
  return answers;
}

function asKey(key: Record<string, unknown>): ItemKey {
  const { pk, sk } = key;
  if (typeof pk !== 'string' || typeof sk !== 'string')
    throw new AuditError('integrity', 'the records table answered with a key that is none');
  return { pk, sk };
}

function asItem(item: Record<string, unknown> = {}): Item {
  return { ...(item as Item), ...asKey(item) };
}
