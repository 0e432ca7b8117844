import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { formatTimestamp } from '../../core/event/time.ts';
import { publicJwkSchema } from '../../core/identity/emitter.ts';
import type { EmitterEntry, EmitterRegistry } from '../../core/identity/registry.ts';
import type { ControlTable } from './dynamo-control.ts';

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
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async byKid(kid: string): Promise<EmitterEntry | undefined> {
    const entry = await this.#read(kid);
    const pending = entry?.unrecorded !== undefined && entry.removedAt === undefined;
    return pending ? undefined : entry;
  }

  async list(): Promise<EmitterEntry[]> {
    return (await this.#control.list('EMITTER')).map(readItem);
  }

  async add(entry: EmitterEntry): Promise<boolean> {
    return await this.#control.add({
      ...keyOf(entry.kid),
      emitter_id: entry.id,
      agents: entry.agents,
      public_jwk: entry.publicJwk,
      created_at: formatTimestamp(entry.createdAt),
      created_by: entry.createdBy,
      ...(entry.unrecorded === undefined ? {} : { unrecorded: entry.unrecorded }),
    });
  }

  async remove(
    kid: string,
    { at, compromisedSince }: { at: number; compromisedSince?: number },
    unrecorded: string,
  ): Promise<EmitterEntry> {
    const values = { ':at': formatTimestamp(at), ':unrecorded': unrecorded };
    const removal = 'SET removed_at = if_not_exists(removed_at, :at), unrecorded = :unrecorded';
    const changed = await this.#control.change(
      keyOf(kid),
      compromisedSince === undefined
        ? {
            update: removal,
            condition: 'attribute_exists(pk) AND attribute_not_exists(removed_at)',
            values,
          }
        : {
            update: `${removal}, compromised_since = :since`,
            condition:
              'attribute_exists(pk) AND (attribute_not_exists(compromised_since) OR compromised_since > :since)',
            values: { ...values, ':since': formatTimestamp(compromisedSince) },
          },
    );
    const standing = changed ? readItem(changed) : await this.#read(kid);
    if (!standing) throw new AuditError('not_found', 'there is no such emitter');
    return standing;
  }

  async recorded(kid: string, unrecorded: string): Promise<void> {
    await this.#control.clearMark(keyOf(kid), unrecorded);
  }

  async #read(kid: string): Promise<EmitterEntry | undefined> {
    const item = await this.#control.get(keyOf(kid));
    return item && readItem(item);
  }
}

function keyOf(kid: string): { pk: string; sk: string } {
  return { pk: 'EMITTER', sk: kid };
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
