import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import {
  type HoldRegistry,
  holdFilterSchema,
  type LegalHold,
  type Secured,
} from '../../core/retention/hold.ts';
import type { ControlTable } from './dynamo-control.ts';

const PARTITION = 'HOLD';
const actorSchema = z.object({ type: z.string(), id: z.string() });

const itemSchema = z.object({
  sk: z.string(),
  filter: holdFilterSchema,
  reason: z.string(),
  ends_at: z.int().optional(),
  placed_at: z.int(),
  placed_by: actorSchema,
  release: z.object({ at: z.int(), by: actorSchema, reason: z.string() }).optional(),
  secured: z.object({ batches: z.int(), files: z.int() }),
  unrecorded: z.string().optional(),
});

/** The legal holds in the control table: partition `HOLD`, one item a hold, which stays after its release. */
export class DynamoHolds implements HoldRegistry {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async list(): Promise<LegalHold[]> {
    return (await this.#control.list(PARTITION)).map(readItem);
  }

  async get(holdId: string): Promise<LegalHold | undefined> {
    const item = await this.#control.get(keyOf(holdId));
    return item && readItem(item);
  }

  async add({
    holdId,
    filter,
    reason,
    until,
    placedAt,
    placedBy,
    secured,
    unrecorded,
  }: LegalHold): Promise<void> {
    const added = await this.#control.add({
      ...keyOf(holdId),
      filter: withoutAbsent(filter),
      reason,
      ...(until !== undefined && { ends_at: until }),
      placed_at: placedAt,
      placed_by: placedBy,
      secured,
      ...(unrecorded !== undefined && { unrecorded }),
    });
    if (!added) throw new AuditError('conflict', 'the hold is there already');
  }

  async release(
    holdId: string,
    release: NonNullable<LegalHold['release']>,
    unrecorded: string,
  ): Promise<boolean> {
    const changed = await this.#control.change(keyOf(holdId), {
      update: 'SET #release = :release, unrecorded = :unrecorded',
      condition: 'attribute_exists(pk) AND attribute_not_exists(#release)',
      names: { '#release': 'release' },
      values: { ':release': release, ':unrecorded': unrecorded },
    });
    return changed !== undefined;
  }

  async recorded(holdId: string, unrecorded: string): Promise<void> {
    await this.#control.clearMark(keyOf(holdId), unrecorded);
  }

  async secured(holdId: string, secured: Secured): Promise<void> {
    await this.#control.change(keyOf(holdId), {
      update: 'SET secured = :secured',
      condition: 'attribute_exists(pk)',
      values: { ':secured': secured },
    });
  }
}

function keyOf(holdId: string): { pk: string; sk: string } {
  return { pk: PARTITION, sk: holdId };
}

/** The document client refuses attributes that are undefined. */
function withoutAbsent(filter: LegalHold['filter']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

function readItem(item: unknown): LegalHold {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) throw new AuditError('integrity', 'an item of the control table is not a legal hold');
  const { sk, filter, reason, ends_at, placed_at, placed_by, release, secured, unrecorded } = parsed.data;
  return {
    holdId: sk,
    filter,
    reason,
    ...(ends_at !== undefined && { until: ends_at }),
    placedAt: placed_at,
    placedBy: placed_by,
    ...(release && { release }),
    secured,
    ...(unrecorded !== undefined && { unrecorded }),
  };
}
