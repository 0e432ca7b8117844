import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AuditError } from '../../../../core/errors.ts';
import { writePrivateJson } from '../../local/outputs.ts';

const keptSchema = z.strictObject({
  queues: z.array(z.string()),
  tables: z.array(z.string()),
  secrets: z.array(z.string()),
  work: z.string(),
  archive: z.string(),
  keys: z.array(z.string()),
});

const journalSchema = z.strictObject({
  destruction_version: z.literal(1),
  tenant: z.string(),
  account: z.string(),
  log_origin: z.string(),
  /** ARN. */
  stack: z.string(),
  /** Id of its record. */
  closing_statement: z.string(),
  began_at: z.string(),
  kept: keptSchema,
  /** When the stack was gone. */
  stopped_at: z.string().optional(),
  /** When tables, queues, secret and work bucket were. */
  cleared_at: z.string().optional(),
  /** What the archive held at its end. */
  archive: z.strictObject({ objects: z.int(), bytes: z.int() }).optional(),
  emptied_at: z.string().optional(),
  /** When each key ends. */
  keys: z.record(z.string(), z.string()).default({}),
});
/**
 * `destruction.json` of the folder: what a run needs to go on when nothing in the account tells any more, and afterwards what
 * says what was destroyed, when.
 */
export type DestructionJournal = z.output<typeof journalSchema>;

/** Of this tenant, where it was begun. Throws `misconfigured` where it is another file, or another tenant's. */
export function readDestruction(directory: string, tenant: string): DestructionJournal | undefined {
  const file = join(directory, 'destruction.json');
  if (!existsSync(file)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    value = undefined; // refused below
  }
  const parsed = journalSchema.safeParse(value);
  if (parsed.success && parsed.data.tenant === tenant) return parsed.data;
  throw new AuditError('misconfigured', `${file} is not the journal of a destruction of ${tenant}.`);
}

export function writeDestruction(directory: string, journal: DestructionJournal): void {
  writePrivateJson(join(directory, 'destruction.json'), journal);
}
