import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import type { CosignatureStore, KeptCosignature } from '../../core/witness/cosign.ts';
import type { ControlTable } from './dynamo-control.ts';

const PARTITION = 'COSIGNATURE';

const itemSchema = z.looseObject({
  sk: z.string(),
  log_size: z.int().nonnegative(),
  key_id: z.string().regex(/^[0-9a-f]{8}$/),
  signature: z.instanceof(Uint8Array),
  cosigned_at: z.int().nonnegative(),
});

/** The newest cosignature of each witness, in the control table. */
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
    await this.#control.change(
      { pk: PARTITION, sk: witness },
      {
        update: 'SET log_size = :size, key_id = :key, signature = :signature, cosigned_at = :time',
        condition: 'attribute_not_exists(pk) OR log_size < :size',
        values: { ':size': size, ':key': line.keyId, ':signature': line.signature, ':time': time },
      },
    );
  }

  async all(): Promise<KeptCosignature[]> {
    return (await this.#control.list(PARTITION)).map(toKept);
  }
}

function toKept(item: Record<string, unknown>): KeptCosignature {
  const parsed = itemSchema.safeParse(item);
  if (!parsed.success) throw new AuditError('integrity', 'not the item of a cosignature');
  const { sk: witness, log_size: size, key_id: keyId, signature, cosigned_at: time } = parsed.data;
  return { witness, size, line: { name: witness, keyId, signature }, time };
}
