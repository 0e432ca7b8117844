import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { formatTimestamp } from '../../core/event/time.ts';
import type { TokenEntry, TokenRegistry } from '../../core/identity/registry.ts';
import { SCOPES } from '../../core/identity/scope.ts';
import type { ControlTable } from './dynamo-control.ts';

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
  requests_per_minute: z.int().positive().optional(),
  rotates: z.string().optional(),
  rotated_by: z.string().optional(),
  unrecorded: z.string().optional(),
});

/** The tokens in the control table: partition `TOKEN`, sorted by the hash of the token. */
export class DynamoTokens implements TokenRegistry {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async byHash(hash: string): Promise<TokenEntry | undefined> {
    const item = await this.#control.get(keyOf(hash));
    return item && readItem(item);
  }

  async list(): Promise<TokenEntry[]> {
    return (await this.#control.list('TOKEN')).map(readItem);
  }

  async add(entry: TokenEntry): Promise<void> {
    const added = await this.#control.add({
      ...keyOf(entry.hash),
      token_id: entry.tokenId,
      name: entry.name,
      scopes: entry.scopes,
      created_at: formatTimestamp(entry.createdAt),
      created_by: entry.createdBy,
      ...(entry.validUntil === undefined ? {} : { valid_until: formatTimestamp(entry.validUntil) }),
      ...(entry.requestsPerMinute === undefined ? {} : { requests_per_minute: entry.requestsPerMinute }),
      ...(entry.rotates === undefined ? {} : { rotates: entry.rotates }),
      ...(entry.unrecorded === undefined ? {} : { unrecorded: entry.unrecorded }),
    });
    if (!added) throw new AuditError('conflict', 'the token is there already');
  }

  async revoke(hash: string, at: number, unrecorded: string): Promise<TokenEntry> {
    const changed = await this.#control.change(keyOf(hash), {
      update: 'SET revoked_at = :at, unrecorded = :unrecorded',
      condition: 'attribute_exists(pk) AND attribute_not_exists(revoked_at)',
      values: { ':at': formatTimestamp(at), ':unrecorded': unrecorded },
    });
    const standing = changed ? readItem(changed) : await this.byHash(hash);
    if (!standing) throw new AuditError('not_found', 'there is no such token');
    return standing;
  }

  async supersede(hash: string, rotatedBy: string, validUntil: number): Promise<boolean> {
    const key = keyOf(hash);
    const standing =
      'attribute_exists(pk) AND attribute_not_exists(revoked_at) AND attribute_not_exists(rotated_by)';
    const values = { ':by': rotatedBy, ':until': formatTimestamp(validUntil) };
    const shortened = await this.#control.change(key, {
      update: 'SET rotated_by = :by, valid_until = :until',
      condition: `${standing} AND (attribute_not_exists(valid_until) OR valid_until > :until)`,
      values,
    });
    if (shortened) return true;
    const ending = await this.#control.change(key, {
      update: 'SET rotated_by = :by',
      condition: `${standing} AND valid_until <= :until`,
      values,
    });
    return ending !== undefined;
  }

  async recorded(hash: string, unrecorded: string): Promise<void> {
    await this.#control.clearMark(keyOf(hash), unrecorded);
  }
}

function keyOf(hash: string): { pk: string; sk: string } {
  return { pk: 'TOKEN', sk: hash };
}

function readItem(item: unknown): TokenEntry {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) throw new AuditError('integrity', 'an item of the control table is not a token');
  const { valid_until, revoked_at, requests_per_minute, rotates, rotated_by, unrecorded, ...rest } =
    parsed.data;
  return {
    tokenId: rest.token_id,
    hash: rest.sk,
    name: rest.name,
    scopes: rest.scopes,
    createdAt: rest.created_at,
    createdBy: rest.created_by,
    ...(valid_until === undefined ? {} : { validUntil: valid_until }),
    ...(revoked_at === undefined ? {} : { revokedAt: revoked_at }),
    ...(requests_per_minute === undefined ? {} : { requestsPerMinute: requests_per_minute }),
    ...(rotates === undefined ? {} : { rotates }),
    ...(rotated_by === undefined ? {} : { rotatedBy: rotated_by }),
    ...(unrecorded === undefined ? {} : { unrecorded }),
  };
}
