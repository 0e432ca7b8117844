import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { ERASURE_STATUSES, type Erasure, type ErasureRegistry } from '../../core/retention/erasure.ts';
import type { ControlTable } from './dynamo-control.ts';

const PARTITION = 'ERASURE';

const erasureSchema = z.object({
  erasureId: z.string(),
  target: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('subject'), type: z.string(), id: z.string() }),
    z.object({ kind: z.literal('user'), id: z.string() }),
  ]),
  request: z.string(),
  requestedAt: z.int(),
  requestedBy: z.object({ type: z.enum(['token', 'user', 'operator']), id: z.string() }),
  requestId: z.string(),
  preview: z.boolean(),
  status: z.enum(ERASURE_STATUSES),
  treeSize: z.int().optional(),
  found: z
    .object({
      records: z.int(),
      fields: z.array(z.object({ pointer: z.string(), count: z.int() })),
      blocked: z.array(z.object({ hold_id: z.string(), records: z.int() })),
      exports: z.array(z.object({ export_id: z.string(), at: z.string() })),
    })
    .optional(),
  finishedAt: z.int().optional(),
  document: z.string().optional(),
});

/** The erasures in the control table: partition `ERASURE`, sorted by their ids, which begin with their time. */
export class DynamoErasures implements ErasureRegistry {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async list(): Promise<Erasure[]> {
    return (await this.#control.list(PARTITION)).map(readItem);
  }

  async get(erasureId: string): Promise<Erasure | undefined> {
    const item = await this.#control.get(keyOf(erasureId));
    return item && readItem(item);
  }

  async add(erasure: Erasure): Promise<void> {
    // As text: what is absent is absent, and nothing in it is ever asked for by itself.
    const added = await this.#control.add({ ...keyOf(erasure.erasureId), erasure: JSON.stringify(erasure) });
    if (!added) throw new AuditError('conflict', 'the erasure is there already');
  }

  async update(erasure: Erasure): Promise<void> {
    await this.#control.change(keyOf(erasure.erasureId), {
      update: 'SET erasure = :erasure',
      condition: 'attribute_exists(pk)',
      values: { ':erasure': JSON.stringify(erasure) },
    });
  }
}

function keyOf(erasureId: string): { pk: string; sk: string } {
  return { pk: PARTITION, sk: erasureId };
}

function readItem({ erasure }: Record<string, unknown>): Erasure {
  const parsed = erasureSchema.safeParse(JSON.parse(String(erasure)));
  if (!parsed.success) throw new AuditError('integrity', 'an item of the control table is not an erasure');
  const { treeSize, found, finishedAt, document, ...rest } = parsed.data;
  return {
    ...rest,
    ...(treeSize !== undefined && { treeSize }),
    ...(found && { found }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(document !== undefined && { document }),
  };
}
