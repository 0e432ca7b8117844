import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import type { ClosingStatement } from '../../core/retention/closing.ts';
import { retentionPolicySchema } from '../../core/retention/policy.ts';
import type { ContractEnd, PolicyStore, SetPolicy } from '../../core/retention/standing-policy.ts';
import type { ControlTable } from './dynamo-control.ts';

const PARTITION = 'POLICY';
const CURRENT = { pk: PARTITION, sk: 'CURRENT' };

const versionSchema = z.object({
  version: z.int(),
  policy: retentionPolicySchema,
  changedAt: z.int(),
  changedBy: z.object({ type: z.string(), id: z.string() }),
  reason: z.string().optional(),
  previous: retentionPolicySchema,
  ended: z
    .object({
      at: z.int(),
      version: z.int(),
      closing: z
        .object({ eventId: z.string(), statement: z.custom<ClosingStatement>((value) => value !== null) })
        .optional(),
    })
    .optional(),
});
const itemSchema = z.object({ sk: z.string(), set: versionSchema, unrecorded: z.string().optional() });

/** The versions of the policy in the control table: partition `POLICY`, `CURRENT` and, once recorded, each under its number. */
export class DynamoPolicies implements PolicyStore {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async read(): Promise<SetPolicy | undefined> {
    const item = await this.#control.get(CURRENT);
    return item && readItem(item);
  }

  async set({ unrecorded, ...set }: SetPolicy): Promise<boolean> {
    const changed = await this.#control.change(CURRENT, {
      update: 'SET #set = :set, #version = :version, unrecorded = :unrecorded',
      // The first one that is set follows the deployed one, which is no item.
      condition: set.version === 2 ? 'attribute_not_exists(pk)' : '#version = :before',
      names: { '#set': 'set', '#version': 'version' },
      values: {
        ':set': set,
        ':version': set.version,
        ':unrecorded': unrecorded ?? '',
        ...(set.version > 2 && { ':before': set.version - 1 }),
      },
    });
    return changed !== undefined;
  }

  async recorded({ unrecorded: _, ...set }: SetPolicy, unrecorded: string): Promise<void> {
    await this.#control.add({ pk: PARTITION, sk: `V#${String(set.version).padStart(8, '0')}`, set });
    await this.#control.clearMark(CURRENT, unrecorded);
  }

  async history(): Promise<SetPolicy[]> {
    const items = await this.#control.list(PARTITION);
    return items.filter(({ sk }) => sk !== CURRENT.sk).map(readItem);
  }
}

function readItem(item: unknown): SetPolicy {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success)
    throw new AuditError('integrity', 'an item of the control table is not a retention policy');
  const { set, unrecorded } = parsed.data;
  const { reason, ended, ...rest } = set;
  return {
    ...rest,
    ...(ended && { ended: endOf(ended) }),
    ...(reason !== undefined && { reason }),
    ...(unrecorded !== undefined && { unrecorded }),
  };
}

function endOf({ closing, ...end }: NonNullable<z.output<typeof versionSchema>['ended']>): ContractEnd {
  return { ...end, ...(closing && { closing }) };
}
