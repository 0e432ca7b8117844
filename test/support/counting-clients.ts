import {
  BatchGetItemCommand,
  type BatchGetItemCommandInput,
  type BatchWriteItemCommandInput,
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { type Attributes, itemOctets, readUnits, writeUnits } from './write-units.ts';

/** What AWS would bill of a stretch of work. */
export interface Bill {
  /** Requests by command, as `kms:Sign`. */
  calls: Record<string, number>;
  /** Items of BatchWriteItem, PutItem and UpdateItem by the first letter or word of their partition key. */
  written: Record<string, number>;
  writeUnits: number;
  readUnits: number;
  /** Octets of each S3 PUT by the first part of its key. */
  puts: Record<string, number[]>;
}

/** A client of the AWS SDK, as far as its middleware goes. */
interface Client {
  middlewareStack: {
    addRelativeTo(
      middleware: Middleware,
      options: { relation: 'before'; toMiddleware: string; name: string },
    ): void;
  };
}
type Next = (args: { input: object }) => Promise<{ output: object }>;
type Middleware = (next: Next, context: { commandName?: string; clientName?: string }) => Next;

const SERVICES: Readonly<Record<string, string>> = {
  DynamoDBClient: 'dynamodb',
  EventBridgeClient: 'events',
  KMSClient: 'kms',
  S3Client: 's3',
  SecretsManagerClient: 'secretsmanager',
};

/** Counts what clients do. The emulator's own capacity figures are not right, so units are worked out of the items. */
export class Meter {
  #bill = emptyBill();
  readonly #observer: DynamoDBClient;

  /** `observer`: a client that is not counted. Answers come to the meter in two forms, so it looks for itself. */
  constructor(observer: DynamoDBClient) {
    this.#observer = observer;
  }

  /** Counts what `client` does from now on: each request, those that the SDK repeats included. */
  watch<C extends object>(client: C): C {
    const count: Middleware = (next, { commandName = '', clientName = '' }) => {
      const action = `${SERVICES[clientName] ?? clientName}:${commandName.replace(/Command$/, '')}`;
      return async (args) => {
        this.#bill.calls[action] = (this.#bill.calls[action] ?? 0) + 1;
        const found = action === 'dynamodb:UpdateItem' ? await this.#look(args.input) : 0;
        const answer = await next(args);
        await this.#weigh(action, args.input, found);
        return answer;
      };
    };
    const { middlewareStack } = client as unknown as Client;
    middlewareStack.addRelativeTo(count, {
      relation: 'before',
      toMiddleware: 'deserializerMiddleware',
      name: 'meter',
    });
    return client;
  }

  /** What was counted since the last time that it was taken. */
  take(): Bill {
    const bill = this.#bill;
    this.#bill = emptyBill();
    return bill;
  }

  /** `found`: octets of the item that an update met. */
  async #weigh(action: string, input: object, found: number): Promise<void> {
    switch (action) {
      case 'dynamodb:PutItem':
        return this.#written((input as PutItemCommandInput).Item ?? {});
      case 'dynamodb:UpdateItem': {
        // Billed by the larger of what it found and what it left.
        const octets = Math.max(found, await this.#look(input));
        return this.#written((input as UpdateItemCommandInput).Key ?? {}, octets);
      }
      case 'dynamodb:BatchWriteItem':
        for (const { PutRequest } of requestsOf(input as BatchWriteItemCommandInput))
          this.#written(PutRequest?.Item ?? {});
        return;
      case 'dynamodb:GetItem':
        this.#bill.readUnits += readUnits(await this.#look(input));
        return;
      case 'dynamodb:BatchGetItem':
        return await this.#lookAtEach(input as BatchGetItemCommandInput);
      case 'dynamodb:Query': {
        const { Items = [] } = await this.#observer.send(new QueryCommand(input as QueryCommandInput));
        this.#bill.readUnits += readUnits(Items.reduce((sum, item) => sum + itemOctets(item), 0));
        return;
      }
      case 's3:PutObject': {
        const { Key = '', Body } = input as PutObjectCommandInput;
        if (!(Body instanceof Uint8Array)) throw new Error(`a body of unknown length: ${Key}`);
        const prefix = Key.split('/')[0] ?? '';
        this.#bill.puts[prefix] = [...(this.#bill.puts[prefix] ?? []), Body.length];
        return;
      }
      default: // nothing that is billed by size
    }
  }

  #written(item: Attributes, octets = itemOctets(item)): void {
    const [kind = ''] = (item.pk?.S ?? '').split('#');
    this.#bill.written[kind] = (this.#bill.written[kind] ?? 0) + 1;
    this.#bill.writeUnits += writeUnits(octets);
  }

  async #look(input: object): Promise<number> {
    const { TableName, Key } = input as GetItemCommandInput;
    const { Item = {} } = await this.#observer.send(
      new GetItemCommand({ TableName, Key, ConsistentRead: true }),
    );
    return itemOctets(Item);
  }

  /** Items are rounded up one by one; a key without an item costs a unit too. */
  async #lookAtEach(input: BatchGetItemCommandInput): Promise<void> {
    const { Responses = {} } = await this.#observer.send(new BatchGetItemCommand(input));
    for (const [table, { Keys = [] }] of Object.entries(input.RequestItems ?? {})) {
      const items = Responses[table] ?? [];
      this.#bill.readUnits += Keys.length - items.length;
      for (const item of items) this.#bill.readUnits += readUnits(itemOctets(item));
    }
  }
}

function requestsOf({ RequestItems = {} }: BatchWriteItemCommandInput) {
  return Object.values(RequestItems).flat();
}

function emptyBill(): Bill {
  return { calls: {}, written: {}, writeUnits: 0, readUnits: 0, puts: {} };
}
