import { z } from 'zod';
import type { LastSeen, UsageStore } from '../../core/identity/usage.ts';
import type { ControlTable } from './dynamo-control.ts';

const itemSchema = z.object({
  sk: z.string(),
  at_minute: z.int(),
  taken: z.int().nonnegative(),
  seen_at: z.int(),
});
const ATTEMPTS = 5;

/** Requests of callers in the control table: partition `USAGE`, one item a caller, overwritten every minute of use. */
export class DynamoUsage implements UsageStore, LastSeen {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async lease(
    caller: string,
    { window, wanted, limit, now, opens }: Parameters<UsageStore['lease']>[1],
  ): Promise<{ granted: number; taken: number }> {
    let open = opens;
    let granted = wanted;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const key = keyOf(caller);
      const values = { ':minute': window, ':granted': granted, ':now': now };
      const changed = await this.#control.change(
        key,
        open ? { ...OPEN, values } : { ...TAKE, values: { ...values, ':most': limit - granted } },
      );
      if (changed) return { granted, taken: itemSchema.parse(changed).taken };
      const standing = itemSchema.safeParse(await this.#control.get(key)).data;
      open = standing === undefined || standing.at_minute < window;
      // A clock that is behind finds a later minute: it takes of that one.
      const left = open ? limit : limit - (standing?.taken ?? 0);
      if (left <= 0) return { granted: 0, taken: limit };
      granted = Math.min(wanted, left);
    }
    return { granted: 0, taken: limit };
  }

  async lastSeen(): Promise<ReadonlyMap<string, number>> {
    const items = await this.#control.list('USAGE');
    return new Map(items.map((item) => itemSchema.parse(item)).map(({ sk, seen_at }) => [sk, seen_at]));
  }
}

const OPEN = {
  update: 'SET at_minute = :minute, taken = :granted, seen_at = :now',
  condition: 'attribute_not_exists(pk) OR at_minute < :minute',
};
const TAKE = {
  update: 'SET taken = taken + :granted, seen_at = :now',
  condition: 'at_minute >= :minute AND taken <= :most',
};

function keyOf(caller: string): { pk: string; sk: string } {
  return { pk: 'USAGE', sk: caller };
}
