import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { paddedIndex } from '../../core/index/packing.ts';
import {
  type CosignatureStore,
  type KeptCosignature,
  MAX_WITNESSES,
} from '../../core/witness/cosignatures.ts';
import type { ControlTable } from './dynamo-control.ts';

const PARTITION = 'COSIGNATURE';
/** Every cosignature, by the size that it is of. */
const BY_SIZE = 'COSIGNATURE#SIZE';

const itemSchema = z.looseObject({
  sk: z.string(),
  witness: z.string().optional(),
  log_size: z.int().nonnegative(),
  key_id: z.string().regex(/^[0-9a-f]{8}$/),
  signature: z.instanceof(Uint8Array),
  cosigned_at: z.int().nonnegative(),
});

/** The cosignatures of each witness in the control table: the newest, which is where the next one goes on, and all of them by size. */
export class DynamoCosignatures implements CosignatureStore {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async last(witness: string): Promise<KeptCosignature | undefined> {
    const item = await this.#control.get({ pk: PARTITION, sk: witness });
    return item && toKept(item);
  }

  async keep({ witness, size, line, time }: KeptCosignature): Promise<void> {
    const change = {
      update:
        'SET witness = :witness, log_size = :size, key_id = :key, signature = :signature, cosigned_at = :time',
      values: {
        ':witness': witness,
        ':size': size,
        ':key': line.keyId,
        ':signature': line.signature,
        ':time': time,
      },
    };
    // By its size first: a crash in between has the witness asked again, and nothing is lost.
    const bySize = { pk: BY_SIZE, sk: `${paddedIndex(size)}#${witness}` };
    await this.#control.change(bySize, { ...change, condition: 'attribute_not_exists(pk)' });
    const newest = { pk: PARTITION, sk: witness };
    const condition = 'attribute_not_exists(pk) OR log_size < :size';
    await this.#control.change(newest, { ...change, condition });
  }

  async covering(size: number): Promise<KeptCosignature[]> {
    const found = await this.#control.from(BY_SIZE, paddedIndex(size), MAX_WITNESSES);
    const kept = found.map(toKept);
    return kept.filter((cosignature) => cosignature.size === kept[0]?.size);
  }

  async all(): Promise<KeptCosignature[]> {
    return (await this.#control.list(PARTITION)).map(toKept);
  }
}

function toKept(item: Record<string, unknown>): KeptCosignature {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) throw new AuditError('integrity', 'not the item of a cosignature');
  const { sk, witness = sk, log_size: size, key_id: keyId, signature, cosigned_at: time } = parsed.data;
  return { witness, size, line: { name: witness, keyId, signature }, time };
}
