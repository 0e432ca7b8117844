import { equalBytes } from '../encoding.ts';
import type { Checkpoint } from '../log/checkpoint.ts';
import { entrySchema, unreadEntrySchema } from './entry.ts';
import { readEntryLine } from './entry-line.ts';
import { type Failure, failure, type Where } from './failure.ts';
import { InclusionRun } from './inclusion-run.ts';
import { IndexSet } from './index-set.ts';
import type { Trust } from './key-chain.ts';
import { TextPath } from './proof-path.ts';
import { quickRecord } from './quick-record.ts';
import { verifyEntry } from './verify-record.ts';
import { signatureFailure } from './verify-signature.ts';

/** What was read of an entry: parsed JSON, or why it could not be. */
export type ReadEntry = { value: unknown } | { unreadable: string };

/** A record with its proof: as it was read, or as a line whose octets tell most of the time that all is well. */
export type EntrySource = { line: number } & (ReadEntry | { octets: Uint8Array; read: () => ReadEntry });

/** One pass over records with their proofs in one tree, whose checkpoint was verified. */
export class EntriesPass {
  readonly #tree: Checkpoint;
  readonly #trust: Trust;
  readonly #older: Checkpoint | undefined;
  readonly #run: InclusionRun;
  readonly indices = new IndexSet();
  readonly counts = { disclosures: 0, signatures: 0 };
  /** Whether a record showed that the tree extends the older one. */
  connected = false;

  /** `older`: a tree that a record may show this one to extend. */
  constructor(tree: Checkpoint, trust: Trust, older?: Checkpoint) {
    this.#tree = tree;
    this.#trust = trust;
    this.#older = older;
    this.#run = new InclusionRun(tree);
  }

  /** Verifies one entry; undefined where all of it holds. */
  take(source: EntrySource): Failure | undefined {
    const { line } = source;
    if (!('octets' in source)) return this.#judge(line, source);
    return this.#isPlainlyGood(source.octets) ? undefined : this.#judge(line, source.read());
  }

  /** The quick way, which takes in what holds without any doubt. False leaves it open, and nothing was taken in. */
  #isPlainlyGood(octets: Uint8Array): boolean {
    const entry = readEntryLine(octets);
    if (!entry || entry.treeSize !== this.#tree.size || this.#older?.size === entry.index + 1) return false;
    const record = quickRecord(entry.record);
    return (
      record !== undefined &&
      this.#run.verify(record.leafHash, entry.index, entry.path).ok &&
      this.indices.add(entry.index)
    );
  }

  #judge(line: number, read: ReadEntry): Failure | undefined {
    if ('unreadable' in read) return failure('entry_malformed', { line }, read.unreadable);
    const parsed = unreadEntrySchema.safeParse(read.value);
    if (!parsed.success) return failure('entry_malformed', whereOf(read.value, line));
    const entry = parsed.data;
    const { index } = entry.proof;
    const verified = verifyEntry(entry, this.#tree, this.#run);
    if (!verified.ok) return failure(verified.code, whereOf(read.value, line), verified.detail);
    const { leafHash, record } = verified;
    const where: Where = { line, index, event_id: record.event.event_id };
    const { record_signature: signature } = entry;
    if (signature !== undefined) {
      const signed = { origin: this.#tree.origin, index, leafHash };
      const unsigned = signatureFailure(signature, signed, this.#trust, where);
      if (unsigned) return unsigned;
      this.counts.signatures++;
    }
    if (!this.indices.add(index)) return failure('index_repeated', where);
    this.counts.disclosures += entry.disclosures?.length ?? 0;
    if (this.#older?.size !== index + 1) return undefined;
    // The record before the end of an older tree gives that tree's root.
    const root = this.#run.prefixRoot(leafHash, index, new TextPath(entry.proof.path));
    if (!equalBytes(root, this.#older.root)) return failure('older_checkpoint_inconsistent', where);
    this.connected = true;
    return undefined;
  }
}

/** As much of its name as an entry of the wrong shape still tells. */
function whereOf(value: unknown, line: number): Where {
  const proof = entrySchema.shape.proof.safeParse(Reflect.get(Object(value), 'proof'));
  const record = entrySchema.shape.record.safeParse(Reflect.get(Object(value), 'record'));
  return {
    line,
    ...(proof.success ? { index: proof.data.index } : {}),
    ...(record.success ? { event_id: record.data.event.event_id } : {}),
  };
}
