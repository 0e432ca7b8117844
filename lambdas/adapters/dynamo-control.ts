import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { awsCall } from './aws-call.ts';

const WHAT = 'the control table';

interface Key {
  pk: string;
  sk: string;
}

/** A change of one item: what is set, under which condition, in DynamoDB's expressions. */
interface Change {
  update: string;
  condition: string;
  values: Record<string, unknown>;
  /** For attributes whose names are reserved words. */
  names?: Record<string, string>;
}

/** The control table, as the registries use it. Reads are strongly consistent: a revocation counts at once. */
export class ControlTable {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async get(key: Key): Promise<Record<string, unknown> | undefined> {
    const command = new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true });
    return (await awsCall(WHAT, () => this.#client.send(command))).Item;
  }

  /** Items of a partition in descending order, those below `before`, at most `limit`. */
  async newest(pk: string, limit: number, before?: string): Promise<Record<string, unknown>[]> {
    return await this.#query(pk, { descending: true, limit, ...(before === undefined ? {} : { before }) });
  }

  /** All items of a partition. */
  async list(pk: string): Promise<Record<string, unknown>[]> {
    return await this.#query(pk, { descending: false, limit: Number.POSITIVE_INFINITY });
  }

  /** Items of a partition in ascending order, from `from` on, at most `limit`. */
  async from(pk: string, from: string, limit: number): Promise<Record<string, unknown>[]> {
    return await this.#query(pk, { descending: false, limit, from });
  }

  /** Writes a new item; false where its key is taken. */
  async add(item: Key & Record<string, unknown>): Promise<boolean> {
    const command = new PutCommand({
      TableName: this.#table,
      Item: item,
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    return (await this.#conditionally(() => this.#client.send(command))) !== undefined;
  }

  /** Changes an item, and returns it as it is then; undefined where the condition is not met. */
  async change(key: Key, change: Change): Promise<Record<string, unknown> | undefined> {
    const command = new UpdateCommand({
      TableName: this.#table,
      Key: key,
      UpdateExpression: change.update,
      ConditionExpression: change.condition,
      ExpressionAttributeValues: change.values,
      ...(change.names && { ExpressionAttributeNames: change.names }),
      ReturnValues: 'ALL_NEW',
    });
    return (await this.#conditionally(() => this.#client.send(command)))?.Attributes;
  }

  /** Takes the attribute `unrecorded` off an item, unless another act has set it anew. */
  async clearMark(key: Key, unrecorded: string): Promise<void> {
    await this.change(key, {
      update: 'REMOVE unrecorded',
      condition: 'unrecorded = :unrecorded',
      values: { ':unrecorded': unrecorded },
    });
  }

  async #conditionally<T>(send: () => Promise<T>): Promise<T | undefined> {
    try {
      return await awsCall(WHAT, send);
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  async #query(
    pk: string,
    {
      descending,
      limit,
      before,
      from,
    }: { descending: boolean; limit: number; before?: string; from?: string },
  ): Promise<Record<string, unknown>[]> {
    const bound = before ?? from;
    const range = before === undefined ? ' AND sk >= :bound' : ' AND sk < :bound';
    const items: Record<string, unknown>[] = [];
    let start: Record<string, unknown> | undefined;
    do {
      const command = new QueryCommand({
        TableName: this.#table,
        KeyConditionExpression: `pk = :pk${bound === undefined ? '' : range}`,
        ExpressionAttributeValues: { ':pk': pk, ...(bound === undefined ? {} : { ':bound': bound }) },
        ScanIndexForward: !descending,
        ConsistentRead: true,
        ...(Number.isFinite(limit) ? { Limit: limit - items.length } : {}),
        ...(start && { ExclusiveStartKey: start }),
      });
      const page = await awsCall(WHAT, () => this.#client.send(command));
      items.push(...(page.Items ?? []));
      start = page.LastEvaluatedKey;
    } while (start && items.length < limit);
    return items;
  }
}
