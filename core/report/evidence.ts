import { fromUtf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { Disclosure } from '../event/commitment.ts';
import type { ExportJob, ExportTree } from '../export/export-job.ts';
import { PROJECTIONS } from '../export/projections.ts';
import type { Recorded } from '../narrative/entry.ts';
import { readEntries } from '../query/entries.ts';
import { selectStory } from '../query/filter.ts';
import { readKeyChain } from '../query/key-chain.ts';
import type { LogReader } from '../query/log-reader.ts';
import { matchesByTime } from '../query/matches.ts';
import type { EntrySource } from '../receipt/entries-pass.ts';
import { verifyKeyChain } from '../receipt/key-chain.ts';
import { type Shown, verifyEntries } from '../receipt/verify.ts';

/** Where a report ends. */
export interface ReportLimits {
  tasks: number;
  records: number;
  /** Octets of the records as they are attached. */
  bytes: number;
}

/** What can be read, laid out and attached without trouble. */
export const LIMITS: ReportLimits = { tasks: 1_000, records: 20_000, bytes: 32 * 1024 * 1024 };

/** A task that is told: its records are `count` lines from `first` on, of `total` that it has. */
export interface ToldTask {
  taskId: string;
  first: number;
  count: number;
  total: number;
}

/** The records that a report tells, as they are attached to it. */
export interface Evidence {
  tasks: ToldTask[];
  /** RFC 8785 lines `{proof, record}`, task by task; a record that two tasks tell is there once for each. */
  lines: Uint8Array[];
  disclosures: Map<number, readonly Disclosure[]>;
  /** What verifying them showed. */
  shown: Shown;
}

const CHUNK = 200;

/**
 * The records of the first tasks of `taskIds`, whole tasks as far as `limits` allow, verified. `onTask` is told after each;
 * where it says false nobody wants the rest, and the result is undefined. Throws `integrity` where they do not verify.
 */
export async function gatherEvidence(
  reader: LogReader,
  taskIds: readonly string[],
  job: Pick<ExportJob, 'personal'>,
  tree: ExportTree,
  limits: ReportLimits,
  onTask: () => Promise<boolean>,
): Promise<Evidence | undefined> {
  const gathered = {
    tasks: [] as ToldTask[],
    lines: [] as Uint8Array[],
    disclosures: new Map<number, readonly Disclosure[]>(),
  };
  let bytes = 0;
  for (const taskId of taskIds.slice(0, limits.tasks)) {
    const first = gathered.lines.length;
    const left = limits.records - first;
    const selection = selectStory(taskId, reader.keys.index);
    const start = { occurredAt: -1, index: -1 };
    const matches = await matchesByTime(reader.table, selection, tree.size, start, left + 1);
    for (let at = 0; at < Math.min(matches.length, left) && bytes < limits.bytes; ) {
      const wanted = matches.slice(at, Math.min(at + CHUNK, left));
      const entries = await readEntries(reader, wanted, tree.size, job);
      for (const entry of entries) {
        const line = PROJECTIONS.ndjson(entry, '');
        bytes += line.length;
        if (entry.disclosures) gathered.disclosures.set(gathered.lines.length, entry.disclosures);
        gathered.lines.push(line);
      }
      at += entries.length;
    }
    const count = gathered.lines.length - first;
    if (count > 0) gathered.tasks.push({ taskId, first, count, total: matches.length });
    if (!(await onTask())) return undefined;
    if (gathered.lines.length >= limits.records || bytes >= limits.bytes) break;
  }
  return { ...gathered, shown: await verified(gathered, tree, reader) };
}

/** The records of a told task, parsed again: what is kept is octets, not objects. */
export function* recordsOf({ lines, disclosures }: Evidence, { first, count }: ToldTask): Iterable<Recorded> {
  for (let at = first; at < first + count; at++) {
    const { record, proof } = parse(lines[at] ?? new Uint8Array());
    yield { record, log_index: proof.index, disclosures: disclosures.get(at) };
  }
}

/** The lines, and the disclosures of each, without those that are there already. */
export function* distinctLines({ lines, disclosures }: Pick<Evidence, 'lines' | 'disclosures'>): Iterable<{
  index: number;
  line: Uint8Array;
  disclosures?: readonly Disclosure[] | undefined;
}> {
  const seen = new Set<number>();
  for (const [at, line] of lines.entries()) {
    const { index } = parse(line).proof;
    if (!seen.has(index)) yield { index, line, disclosures: disclosures.get(at) };
    seen.add(index);
  }
}

async function verified(
  gathered: Pick<Evidence, 'lines' | 'disclosures'>,
  { checkpoint, verifierKey }: ExportTree,
  reader: LogReader,
): Promise<Shown> {
  const chain = verifyKeyChain(await readKeyChain(reader), verifierKey);
  const trust = chain.ok ? chain.chain : verifierKey;
  const verdict = await verifyEntries(sourcesOf(gathered), checkpoint, trust);
  if (!verdict.verified)
    throw new AuditError('integrity', `the records of the report do not verify: ${verdict.failure.code}`);
  return verdict.shown;
}

function* sourcesOf(gathered: Pick<Evidence, 'lines' | 'disclosures'>): Iterable<EntrySource> {
  let at = 0;
  for (const { line, disclosures } of distinctLines(gathered)) {
    at++;
    yield { line: at, value: { ...parse(line), ...(disclosures && { disclosures }) } };
  }
}

function parse(line: Uint8Array): { record: Recorded['record']; proof: { index: number } } {
  return JSON.parse(fromUtf8(line));
}
