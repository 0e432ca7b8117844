import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { formatTimestamp } from '../../core/event/time.ts';
import type { TokenEntry, TokenRegistry } from '../../core/identity/registry.ts';
import { SCOPES } from '../../core/identity/scope.ts';
import { clearMark } from './dynamo-mark.ts';

const PARTITION = 'TOKEN';

const time = z.iso.datetime().transform((text) => Date.parse(text));
const itemSchema = z.object({
  sk: z.string().regex(/^[0-9a-f]{64}$/),
  token_id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  created_at: time,
  created_by: z.string(),
  valid_until: time.optional(),
  revoked_at: time.optional(),
  unrecorded: z.string().optional(),
});

/** The tokens in the control table: partition `TOKEN`, sorted by the hash of the token. */
export class DynamoTokens implements TokenRegistry {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  async byHash(hash: string): Promise<TokenEntry | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { pk: PARTITION, sk: hash }, ConsistentRead: true }),
    );
    return Item ? readItem(Item) : undefined;
  }

  async list(): Promise<TokenEntry[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': PARTITION },
        ConsistentRead: true,
      },
    );
    const entries: TokenEntry[] = [];
    for await (const { Items = [] } of pages) entries.push(...Items.map(readItem));
    return entries;
  }

  async add(entry: TokenEntry): Promise<void> {
    await this.#client.send(
      new PutCommand({
        TableName: this.#table,
        Item: {
          pk: PARTITION,
          sk: entry.hash,
          token_id: entry.tokenId,
          name: entry.name,
          scopes: entry.scopes,
          created_at: formatTimestamp(entry.createdAt),
          created_by: entry.createdBy,
          ...(entry.validUntil === undefined ? {} : { valid_until: formatTimestamp(entry.validUntil) }),
          ...(entry.unrecorded === undefined ? {} : { unrecorded: entry.unrecorded }),
        },
        ConditionExpression: 'attribute_not_exists(pk)',
      }),
    );
  }

  async revoke(hash: string, at: number, unrecorded: string): Promise<TokenEntry> {
    try {
      const { Attributes } = await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { pk: PARTITION, sk: hash },
          UpdateExpression: 'SET revoked_at = :at, unrecorded = :unrecorded',
          ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revoked_at)',
          ExpressionAttributeValues: { ':at': formatTimestamp(at), ':unrecorded': unrecorded },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return readItem(Attributes);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const standing = await this.byHash(hash);
      if (!standing) throw new AuditError('not_found', 'there is no such token', { cause: error });
      return standing;
    }
  }

  async recorded(hash: string, unrecorded: string): Promise<void> {
    await clearMark(this.#client, this.#table, { pk: PARTITION, sk: hash }, unrecorded);
  }
}

function readItem(item: unknown): TokenEntry {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) throw new AuditError('integrity', 'an item of the control table is not a token');
  const { valid_until, revoked_at, unrecorded, ...rest } = parsed.data;
  return {
    tokenId: rest.token_id,
    hash: rest.sk,
    name: rest.name,
    scopes: rest.scopes,
    createdAt: rest.created_at,
    createdBy: rest.created_by,
    ...(valid_until === undefined ? {} : { validUntil: valid_until }),
    ...(revoked_at === undefined ? {} : { revokedAt: revoked_at }),
    ...(unrecorded === undefined ? {} : { unrecorded }),
  };
}
