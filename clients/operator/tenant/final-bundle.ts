import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import type { FinalBundle } from '../../../core/retention/closing.ts';
import { judge } from '../../verifier/judge.ts';
import { writePrivateJson } from '../local/outputs.ts';
import type { ExportClient, ShownExport } from './export-client.ts';

const journalSchema = z.strictObject({
  export_id: z.string().optional(),
  bundle: z
    .object({ file: z.string(), records: z.int(), sha256: z.string(), manifest_sha256: z.string() })
    .optional(),
  tokens_revoked: z.int().default(0),
  emitters_removed: z.int().default(0),
});
/** What a run has done that nothing else remembers; it lies beside the bundle. */
type Journal = z.output<typeof journalSchema>;

/** `offboarding.json` of the folder, where a run was begun. Throws `misconfigured` where it is another file. */
export function readJournal(directory: string): Journal {
  const file = journalOf(directory);
  if (!existsSync(file)) return journalSchema.parse({});
  try {
    return journalSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new AuditError(
      'misconfigured',
      `${file} is not the journal of an off-boarding: choose another --out`,
      {
        cause,
      },
    );
  }
}

export function writeJournal(directory: string, journal: Journal): void {
  writePrivateJson(journalOf(directory), journal);
}

function journalOf(directory: string): string {
  return join(directory, 'offboarding.json');
}

/** What making the bundle needs. `note` hears of progress. */
interface BundleTerms {
  directory: string;
  tenant: string;
  exports: ExportClient;
  /** KMS's word. */
  verifierKey: string;
  now: () => number;
  note: (line: string) => void;
}

/**
 * The whole log as a bundle in the folder, with what opens the personal fields. Where an earlier run asked for it, it goes on
 * with that export; where it fetched it, with that file. Throws `integrity` where the bundle does not verify.
 */
export async function fetchFinalBundle(
  journal: Journal,
  { directory, tenant, exports, verifierKey, now, note }: BundleTerms,
): Promise<FinalBundle & { file: string }> {
  const standing = await unchanged(journal, directory);
  if (standing) return standing;
  let { export_id } = journal;
  if (export_id === undefined) {
    ({ export_id } = await exports.create('ndjson', { category: 'all' }));
    writeJournal(directory, { ...journal, export_id });
  }
  const tell = ({ status, progress }: ShownExport) => note(`Final bundle: ${status}, ${progress.percent} %.`);
  const done = await exports.finished(export_id, tell, now).catch((error: unknown) => {
    const { export_id: _, ...rest } = journal;
    writeJournal(directory, rest); // one that failed or expired never gets done: the next run asks for another
    throw error;
  });
  const name = `audit-trail-${tenant}-final.zip`;
  const file = await exports.download(export_id, directory, name);
  const result = await judge(file, { key: verifierKey, progress: () => undefined });
  if (result.outcome !== 'judged' || !result.verdict.verified) {
    const why = result.outcome === 'unreadable' ? result.problem : JSON.stringify(result.verdict);
    throw new AuditError('integrity', `${file} was fetched and does not verify: ${why}`);
  }
  const { records } = done.progress;
  const manifest_sha256 = done.manifest_sha256 ?? '';
  const bundle = { file: name, records, sha256: await digestOf(file), manifest_sha256 };
  writeJournal(directory, { ...journal, export_id, bundle });
  return { export_id, ...bundle, file };
}

async function unchanged(
  { export_id, bundle }: Journal,
  directory: string,
): Promise<(FinalBundle & { file: string }) | undefined> {
  if (export_id === undefined || !bundle) return undefined;
  const file = join(directory, bundle.file);
  if (!existsSync(file) || (await digestOf(file)) !== bundle.sha256)
    throw new AuditError(
      'integrity',
      `${file} is not the bundle that was fetched (${bundle.sha256}). Put it back, or take offboarding.json away to make another.`,
    );
  return { export_id, ...bundle, file };
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return `sha256:${hash.digest('hex')}`;
}
