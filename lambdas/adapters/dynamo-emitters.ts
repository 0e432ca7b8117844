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
import { publicJwkSchema } from '../../core/identity/emitter.ts';
import type { EmitterEntry, EmitterRegistry } from '../../core/identity/registry.ts';
import { clearMark } from './dynamo-mark.ts';

const PARTITION = 'EMITTER';

const time = z.iso.datetime().transform((text) => Date.parse(text));
const itemSchema = z.object({
  sk: z.string(),
  emitter_id: z.string(),
  agents: z.array(z.string()),
  public_jwk: publicJwkSchema,
  created_at: time,
  created_by: z.string(),
  removed_at: time.optional(),
  compromised_since: time.optional(),
  unrecorded: z.string().optional(),
});

/** The emitters' keys in the control table: partition `EMITTER`, sorted by key id. */
export class DynamoEmitters implements EmitterRegistry {
  readonly #client: DynamoDBDocumentClient;
  readonly #table: string;

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client;
    this.#table = table;
  }

  /** Registered keys alone: one whose registration is not recorded yet counts as unknown. */
  async byKid(kid: string): Promise<EmitterEntry | undefined> {
    const entry = await this.#read(kid);
    const pending = entry?.unrecorded !== undefined && entry.removedAt === undefined;
    return pending ? undefined : entry;
  }

  async list(): Promise<EmitterEntry[]> {
    const pages = paginateQuery(
      { client: this.#client },
      {
        TableName: this.#table,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': PARTITION },
        ConsistentRead: true,
      },
    );
    const entries: EmitterEntry[] = [];
    for await (const { Items = [] } of pages) entries.push(...Items.map(readItem));
    return entries;
  }

  async add(entry: EmitterEntry): Promise<boolean> {
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: {
            pk: PARTITION,
            sk: entry.kid,
            emitter_id: entry.id,
            agents: entry.agents,
            public_jwk: entry.publicJwk,
            created_at: formatTimestamp(entry.createdAt),
            created_by: entry.createdBy,
            ...(entry.unrecorded === undefined ? {} : { unrecorded: entry.unrecorded }),
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  async remove(
    kid: string,
    { at, compromisedSince }: { at: number; compromisedSince?: number },
    unrecorded: string,
  ): Promise<EmitterEntry> {
    const since = compromisedSince === undefined ? undefined : formatTimestamp(compromisedSince);
    // A second removal changes something only where it brings an earlier time of compromise.
    const changes =
      since === undefined
        ? 'attribute_not_exists(removed_at)'
        : '(attribute_not_exists(removed_at) OR attribute_not_exists(compromised_since) OR compromised_since > :since)';
    try {
      const { Attributes } = await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: { pk: PARTITION, sk: kid },
          UpdateExpression: `SET removed_at = if_not_exists(removed_at, :at), unrecorded = :unrecorded${since === undefined ? '' : ', compromised_since = :since'}`,
          ConditionExpression: `attribute_exists(pk) AND ${changes}`,
          ExpressionAttributeValues: {
            ':at': formatTimestamp(at),
            ':unrecorded': unrecorded,
            ...(since === undefined ? {} : { ':since': since }),
          },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return readItem(Attributes);
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const standing = await this.#read(kid);
      if (!standing) throw new AuditError('not_found', 'there is no such emitter', { cause: error });
      return standing;
    }
  }

  async recorded(kid: string, unrecorded: string): Promise<void> {
    await clearMark(this.#client, this.#table, { pk: PARTITION, sk: kid }, unrecorded);
  }

  async #read(kid: string): Promise<EmitterEntry | undefined> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: { pk: PARTITION, sk: kid }, ConsistentRead: true }),
    );
    return Item ? readItem(Item) : undefined;
  }
}

function readItem(item: unknown): EmitterEntry {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) throw new AuditError('integrity', 'an item of the control table is not an emitter');
  const { removed_at, compromised_since, unrecorded, ...rest } = parsed.data;
  return {
    id: rest.emitter_id,
    agents: rest.agents,
    kid: rest.sk,
    publicJwk: rest.public_jwk,
    createdAt: rest.created_at,
    createdBy: rest.created_by,
    ...(removed_at === undefined ? {} : { removedAt: removed_at }),
    ...(compromised_since === undefined ? {} : { compromisedSince: compromised_since }),
    ...(unrecorded === undefined ? {} : { unrecorded }),
  };
}
