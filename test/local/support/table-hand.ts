import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Item, ItemKey } from '../../../core/ports.ts';
import { operatorConfig } from './aws.ts';
import type { LocalTenant } from './local-tenants.ts';

/** Somebody with the operator's credentials and a hand in one table. What they changed can be put back as it was. */
export class TableHand {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #before: Item[] = [];

  constructor(tenant: LocalTenant, table: string) {
    this.#client = DynamoDBDocumentClient.from(new DynamoDBClient(operatorConfig(tenant)));
    this.#table = table;
  }

  /** The item under `key`; throws where there is none. */
  async read({ pk, sk }: ItemKey): Promise<Item> {
    const command = new GetCommand({ TableName: this.#table, Key: { pk, sk }, ConsistentRead: true });
    const { Item: item } = await this.#client.send(command);
    if (!item) throw new Error(`${this.#table} has no ${pk} ${sk}`);
    return item as Item;
  }

  /** Puts what `alter` makes of an item into its place, or takes it out where that is nothing. */
  async change(key: ItemKey, alter: (item: Item) => Item | undefined): Promise<void> {
    const before = await this.read(key);
    const after = alter(before);
    this.#before.push(before);
    const { pk, sk } = key;
    await (after
      ? this.#client.send(new PutCommand({ TableName: this.#table, Item: after }))
      : this.#client.send(new DeleteCommand({ TableName: this.#table, Key: { pk, sk } })));
  }

  /** Puts back everything that was changed, the last change first. */
  async restore(): Promise<void> {
    for (let item = this.#before.pop(); item; item = this.#before.pop())
      await this.#client.send(new PutCommand({ TableName: this.#table, Item: item }));
  }

  destroy(): void {
    this.#client.destroy();
  }
}
