import type {
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  BatchWriteItemCommandInput,
  DynamoDBClient,
  GetItemCommandOutput,
  PutItemCommandInput,
  QueryCommandOutput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { type Attributes, itemOctets, readUnits, writeUnits } from './write-units.ts';

/** What AWS would bill of a stretch of work. */
export interface Bill {
  /** Calls by command, as `kms:Sign`. A call that the SDK repeats by itself counts once. */
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
  middlewareStack: { add(middleware: Middleware, options: { step: 'build'; name: string }): void };
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

  /** `observer`: a client that is not counted, for looking at what an update left behind. */
  constructor(observer: DynamoDBClient) {
    this.#observer = observer;
  }

  /** Counts what `client` does from now on. Retries lie below this step, marshalling of documents above it. */
  watch<C extends object>(client: C): C {
    const count: Middleware = (next, { commandName = '', clientName = '' }) => {
      const action = `${SERVICES[clientName] ?? clientName}:${commandName.replace(/Command$/, '')}`;
      return async (args) => {
        this.#bill.calls[action] = (this.#bill.calls[action] ?? 0) + 1;
        if (action === 'dynamodb:UpdateItem') return await this.#update(next, args);
        const answer = await next(args);
        this.#weigh(action, args.input, answer.output);
        return answer;
      };
    };
    (client as unknown as Client).middlewareStack.add(count, { step: 'build', name: 'meter' });
    return client;
  }

  /** What was counted since the last time that it was taken. */
  take(): Bill {
    const bill = this.#bill;
    this.#bill = emptyBill();
    return bill;
  }

  #weigh(action: string, input: object, output: object): void {
    switch (action) {
      case 'dynamodb:PutItem':
        this.#written((input as PutItemCommandInput).Item ?? {});
        break;
      case 'dynamodb:BatchWriteItem':
        for (const { PutRequest } of requestsOf(input as BatchWriteItemCommandInput))
          this.#written(PutRequest?.Item ?? {});
        break;
      case 'dynamodb:GetItem':
        this.#bill.readUnits += readUnits(itemOctets((output as GetItemCommandOutput).Item ?? {}));
        break;
      case 'dynamodb:BatchGetItem':
        this.#read(input as BatchGetItemCommandInput, output as BatchGetItemCommandOutput);
        break;
      case 'dynamodb:Query': {
        const { Items = [] } = output as QueryCommandOutput;
        this.#bill.readUnits += readUnits(Items.reduce((sum, item) => sum + itemOctets(item), 0));
        break;
      }
      case 's3:PutObject': {
        const { Key = '', Body } = input as PutObjectCommandInput;
        if (!(Body instanceof Uint8Array)) throw new Error(`a body of unknown length: ${Key}`);
        const prefix = Key.split('/')[0] ?? '';
        this.#bill.puts[prefix] = [...(this.#bill.puts[prefix] ?? []), Body.length];
        break;
      }
      default: // nothing that is billed by size
    }
  }

  #written(item: Attributes, octets = itemOctets(item)): void {
    const [kind = ''] = (item.pk?.S ?? '').split('#');
    this.#bill.written[kind] = (this.#bill.written[kind] ?? 0) + 1;
    this.#bill.writeUnits += writeUnits(octets);
  }

  /** Items that are there are rounded up one by one; so is each key without an item. */
  #read(
    { RequestItems = {} }: BatchGetItemCommandInput,
    { Responses = {} }: BatchGetItemCommandOutput,
  ): void {
    for (const [table, { Keys = [] }] of Object.entries(RequestItems)) {
      const found = Responses[table] ?? [];
      this.#bill.readUnits += Keys.length - found.length;
      for (const item of found) this.#bill.readUnits += readUnits(itemOctets(item));
    }
  }

  /** An update is billed by the larger of what it found and what it left. */
  async #update(next: Next, args: { input: object }): Promise<{ output: object }> {
    const { TableName, Key } = args.input as UpdateItemCommandInput;
    const look = async () => {
      const command = new GetItemCommand({ TableName, Key, ConsistentRead: true });
      return itemOctets((await this.#observer.send(command)).Item ?? {});
    };
    const before = await look();
    const answer = await next(args);
    this.#written(Key ?? {}, Math.max(before, await look()));
    return answer;
  }
}

function requestsOf({ RequestItems = {} }: BatchWriteItemCommandInput) {
  return Object.values(RequestItems).flat();
}

function emptyBill(): Bill {
  return { calls: {}, written: {}, writeUnits: 0, readUnits: 0, puts: {} };
}
