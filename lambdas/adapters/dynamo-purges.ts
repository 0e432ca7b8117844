import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import type { PurgeJobs, StandingPurge } from '../../core/retention/keeper.ts';
import type { ControlTable } from './dynamo-control.ts';

const KEY = { pk: 'PURGE', sk: 'STANDING' };

const itemSchema = z.object({
  purge: z.object({ purgeId: z.string(), order: z.string(), before: z.int() }),
  ended: z.boolean(),
});

/** The purge that is under way: one item of the control table, overwritten by the next one. */
export class DynamoPurges implements PurgeJobs {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async standing(): Promise<StandingPurge | undefined> {
    const item = await this.#control.get(KEY);
    if (!item) return undefined;
    const parsed = itemSchema.safeParse(item);
    if (!parsed.success) throw new AuditError('integrity', 'an item of the control table is not a purge');
    return parsed.data.ended ? undefined : parsed.data.purge;
  }

  async begin(purge: StandingPurge): Promise<boolean> {
    const changed = await this.#control.change(KEY, {
      update: 'SET purge = :purge, ended = :no, purge_id = :id',
      condition: 'attribute_not_exists(pk) OR ended = :yes',
      values: { ':purge': purge, ':id': purge.purgeId, ':yes': true, ':no': false },
    });
    return changed !== undefined;
  }

  async end(purgeId: string): Promise<void> {
    await this.#control.change(KEY, {
      update: 'SET ended = :yes',
      condition: 'purge_id = :id',
      values: { ':yes': true, ':id': purgeId },
    });
  }
}
