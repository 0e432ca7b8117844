import { AuditError } from '../errors.ts';
import { commitObject } from '../index/keys.ts';
import { decodeSegment } from '../sequencer/segment.ts';
import type { LogReader } from './log-reader.ts';

const KEPT = 4; // batches: an answer in the order of time goes to and fro between few of them

/** Leaves out of `commit/…`, each batch read once as long as it is near. Whoever asks compares them with their hashes. */
export class ColdLeaves {
  readonly #reader: Pick<LogReader, 'archive' | 'codec'>;
  readonly #batches = new Map<number, Promise<readonly { bytes: Uint8Array }[]>>();

  constructor(reader: Pick<LogReader, 'archive' | 'codec'>) {
    this.#reader = reader;
  }

  /** The leaf at `index`, out of the batch that begins at `batchFirst`; no bytes where the batch has none there. */
  async leaf(index: number, batchFirst: number): Promise<Uint8Array> {
    const known = this.#batches.get(batchFirst) ?? this.#read(batchFirst);
    this.#batches.delete(batchFirst);
    this.#batches.set(batchFirst, known);
    const [oldest] = this.#batches.keys();
    if (this.#batches.size > KEPT && oldest !== undefined) this.#batches.delete(oldest);
    return (await known)[index - batchFirst]?.bytes ?? new Uint8Array();
  }

  async #read(batchFirst: number): Promise<readonly { bytes: Uint8Array }[]> {
    const bytes = await this.#reader.archive.read(commitObject(batchFirst));
    if (!bytes)
      throw new AuditError(
        'integrity',
        `the archive lacks the batch at ${batchFirst}, the table a record of it`,
      );
    return decodeSegment(bytes, this.#reader.codec).leaves;
  }
}
