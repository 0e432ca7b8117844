import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { AuditError } from '../../core/errors.ts';
import { HEAD_KEY } from '../../core/index/keys.ts';
import type { Head, HeadStore } from '../../core/ports.ts';
import { awsCall } from './aws-call.ts';

type Attributes = Record<string, AttributeValue>;

const KEY: Attributes = { pk: { S: HEAD_KEY.pk }, sk: { S: HEAD_KEY.sk } };
const WHAT = 'the head of the log';
// `state` and `size` are reserved words of DynamoDB's expressions.
const NAMES = { '#state': 'state', '#size': 'size', '#root': 'root' };

/** The head of the log: one item of the records table, changed by compare-and-swap alone. */
export class DynamoHead implements HeadStore {
  readonly #client: DynamoDBClient;
  readonly #table: string;

  constructor(client: DynamoDBClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async read(): Promise<Head | undefined> {
    const command = new GetItemCommand({ TableName: this.#table, Key: KEY, ConsistentRead: true });
    const { Item } = await awsCall(WHAT, () => this.#client.send(command));
    return Item && toHead(Item);
  }

  async create(head: Head): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: toItem(head),
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    return (await this.#conditionally(() => this.#client.send(command))).met;
  }

  async commit(
    next: Head,
    expected: { size: number; root: Uint8Array },
  ): Promise<{ committed: true } | { committed: false; current: Head }> {
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: toItem(next),
      ConditionExpression: '#state = :final AND #size = :size AND #root = :root',
      ExpressionAttributeNames: NAMES,
      ExpressionAttributeValues: { ':final': { S: 'FINAL' }, ...position(expected.size, expected.root) },
      // Who loses must see what stands: its own root means that an earlier try came through unheard.
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    const outcome = await this.#conditionally(() => this.#client.send(command));
    if (outcome.met) return { committed: true };
    if (!outcome.standing) throw new AuditError('integrity', 'the log has no head to commit to');
    return { committed: false, current: toHead(outcome.standing) };
  }

  async finalise(size: number, root: Uint8Array, checkpoint: string): Promise<void> {
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: KEY,
      UpdateExpression: 'SET #state = :final, final_size = :size, #checkpoint = :checkpoint REMOVE #batch',
      ConditionExpression: '#state = :committed AND #size = :size AND #root = :root',
      ExpressionAttributeNames: { ...NAMES, '#checkpoint': 'checkpoint', '#batch': 'batch' },
      ExpressionAttributeValues: {
        ':final': { S: 'FINAL' },
        ':committed': { S: 'COMMITTED' },
        ':checkpoint': { S: checkpoint },
        ...position(size, root),
      },
    });
    await this.#conditionally(() => this.#client.send(command)); // refused: somebody else has finished it
  }

  async halt(reason: string): Promise<void> {
    const command = new UpdateItemCommand({
      TableName: this.#table,
      Key: KEY,
      UpdateExpression: 'SET #state = :halted, #reason = :reason',
      ConditionExpression: 'attribute_exists(pk)', // an update would make the item, and a log without a head needs none
      ExpressionAttributeNames: { '#state': 'state', '#reason': 'reason' },
      ExpressionAttributeValues: { ':halted': { S: 'HALTED' }, ':reason': { S: reason } },
    });
    await this.#conditionally(() => this.#client.send(command));
  }

  async replaceHalted(next: Head): Promise<boolean> {
    const command = new PutItemCommand({
      TableName: this.#table,
      Item: toItem(next),
      ConditionExpression: '#state = :halted',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':halted': { S: 'HALTED' } },
    });
    return (await this.#conditionally(() => this.#client.send(command))).met;
  }

  async #conditionally(send: () => Promise<unknown>): Promise<{ met: boolean; standing?: Attributes }> {
    try {
      await awsCall(WHAT, send);
      return { met: true };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return error.Item ? { met: false, standing: error.Item } : { met: false };
    }
  }
}

function position(size: number, root: Uint8Array): Attributes {
  return { ':size': { N: String(size) }, ':root': { B: root } };
}

function toItem(head: Head): Attributes {
  const { batch, reason, purged } = head;
  return {
    ...KEY,
    size: { N: String(head.size) },
    root: { B: head.root },
    edge: { L: head.edge.map((hash) => ({ B: hash })) },
    state: { S: head.state },
    recorded_at: { N: String(head.recordedAt) },
    verifier_key: { S: head.verifierKey },
    final_size: { N: String(head.finalSize) },
    checkpoint: { S: head.checkpoint },
    ...(batch && {
      batch: {
        M: {
          first: { N: String(batch.first) },
          previous_root: { B: batch.previousRoot },
          staging: { S: batch.staging },
          lease_until: { N: String(batch.leaseUntil) },
        },
      },
    }),
    ...(reason !== undefined && { reason: { S: reason } }),
    ...(purged && {
      purged: {
        M: { below: { N: String(purged.below) }, recorded_before: { N: String(purged.recordedBefore) } },
      },
    }),
  };
}

function toHead(item: Attributes): Head {
  const batch = item.batch?.M;
  const reason = item.reason?.S;
  const purged = item.purged?.M;
  return {
    size: numberOf(item.size),
    root: bytesOf(item.root),
    edge: (item.edge?.L ?? broken()).map(bytesOf),
    state: stateOf(item.state),
    recordedAt: numberOf(item.recorded_at),
    verifierKey: textOf(item.verifier_key),
    finalSize: numberOf(item.final_size),
    checkpoint: textOf(item.checkpoint),
    ...(batch && {
      batch: {
        first: numberOf(batch.first),
        previousRoot: bytesOf(batch.previous_root),
        staging: textOf(batch.staging),
        leaseUntil: numberOf(batch.lease_until),
      },
    }),
    ...(reason !== undefined && { reason }),
    ...(purged && {
      purged: { below: numberOf(purged.below), recordedBefore: numberOf(purged.recorded_before) },
    }),
  };
}

function stateOf(value: AttributeValue | undefined): Head['state'] {
  const state = textOf(value);
  return state === 'FINAL' || state === 'COMMITTED' || state === 'HALTED' ? state : broken();
}

function numberOf(value: AttributeValue | undefined): number {
  const number = Number(value?.N ?? broken());
  return Number.isSafeInteger(number) ? number : broken();
}

function textOf(value: AttributeValue | undefined): string {
  return value?.S ?? broken();
}

function bytesOf(value: AttributeValue | undefined): Uint8Array {
  return value?.B ?? broken();
}

function broken(): never {
  throw new AuditError('integrity', 'the head of the log is not what a head looks like');
}
