import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ExportFormat } from '../../../../core/export/export-job.ts';
import { judge } from '../../../verifier/judge.ts';
import type { Result } from '../../../verifier/report.ts';
import type { AnswerBook } from './answered.ts';
import type { Session } from './session.ts';

/** An export that was asked for, waited for and fetched, and what the verifier said of it. */
export interface Fetched {
  /** Whole path of the zip, and its name in the folder of the simulation. */
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
  readonly records: number;
  readonly result: Result;
}

/** Exports everything that the log holds as `format`, and has the verifier judge the file that came. */
export async function fetchWhole(
  session: Session,
  book: AnswerBook,
  { format, name }: { format: ExportFormat; name: string },
): Promise<Fetched> {
  const { exports, now, verifierKey } = session.api;
  const filter = { category: 'all' } as const;
  session.note(`POST /v1/audit/exports ${JSON.stringify({ format, filter })}`);
  const { export_id: id } = await exports.create(format, filter);
  session.note(`GET /v1/audit/exports/${id} (until it is done)`);
  const job = await exports.finished(id, () => undefined, now);
  session.note(`GET /v1/audit/exports/${id}/download`);
  await session.trust(); // puts the key beside it
  const path = await exports.download(id, session.directory, name);
  const result = await judge(path, { key: verifierKey, progress: () => undefined });
  const what = `${format}: ${job.progress.records} records; the log vouches for this file and every part of it`;
  if (result.outcome === 'judged') book.verdict(what, result.verdict, basename(path));
  else book.check(false, `${format} cannot be read: ${result.problem}`, basename(path));
  const { size } = await stat(join(session.directory, name));
  return { path, name, bytes: size, records: job.progress.records, result };
}
