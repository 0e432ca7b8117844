import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import type { QuarantineEntry, QuarantineReader, Refused } from '../../core/query/quarantine.ts';
import type { ControlTable } from './dynamo-control.ts';
import { LOOK_UPS } from './dynamo-quarantine.ts';

const entrySchema = z.object({
  sk: z.string(),
  quarantine_id: z.string(),
  code: z.string(),
  detail: z.string(),
  digest: z.string(),
  bytes: z.int(),
  source: z.string(),
  emitter_id: z.string().optional(),
  event_id: z.string().optional(),
  content_hash: z.string().optional(),
  received_at: z.string(),
  refused_at: z.string(),
  body: z.string().optional(),
});

const refusedSchema = z.object({
  quarantine_id: z.string(),
  code: z.string(),
  detail: z.string(),
  expires_at: z.number().optional(),
});

/** The index of the quarantine in the control table: `QUARANTINE` by time, `LOOK_UPS` by event id and content hash. */
export class DynamoQuarantineReader implements QuarantineReader {
  readonly #control: ControlTable;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(control: ControlTable, clock: Pick<Clock, 'now'>) {
    this.#control = control;
    this.#clock = clock;
  }

  async newest(limit: number, before?: string): Promise<QuarantineEntry[]> {
    return (await this.#control.newest('QUARANTINE', limit, before)).map(readEntry);
  }

  async refused(name: string): Promise<Refused | undefined> {
    const item = await this.#control.get({ pk: LOOK_UPS, sk: name });
    if (!item) return undefined;
    const { quarantine_id: quarantineId, code, detail, expires_at } = read(refusedSchema, item);
    // DynamoDB may take days to delete what has expired.
    const expired = expires_at !== undefined && expires_at * 1_000 <= this.#clock.now();
    return expired ? undefined : { quarantineId, code, detail };
  }
}

function readEntry(item: Record<string, unknown>): QuarantineEntry {
  const { sk, ...entry } = read(entrySchema, item);
  return { position: sk, ...entry };
}

function read<Schema extends z.ZodType>(schema: Schema, item: unknown): z.output<Schema> {
  const parsed = schema.safeParse(item);
  if (!parsed.success) throw new AuditError('integrity', 'an item of the quarantine cannot be read');
  return parsed.data;
}
