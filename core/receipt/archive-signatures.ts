import { signaturesObject } from '../index/keys.ts';
import { SIGNATURE_OCTETS, unpackSignatures } from '../log/record-signature.ts';
import { type Failure, failure } from './failure.ts';
import type { StretchSignature } from './stretch.ts';
import type { LogFiles } from './verify-tiles.ts';

/** The objects under `signatures/` of an archive, each read when the records that it is of go by. */
export class ArchiveSignatures {
  readonly #files: LogFiles;
  /** Firsts of the batches that have one, ascending. */
  readonly #firsts: readonly number[];
  #position = 0;
  #read: { first: number; signatures: Uint8Array[] } | undefined;

  constructor(files: LogFiles, firsts: readonly number[]) {
    this.#files = files;
    this.#firsts = firsts;
  }

  /**
   * The signatures of the `count` records from `first` on, by position; stretches are asked for in order. `demanded` where
   * these records are one batch that says that each of them is signed.
   */
  async of(
    first: number,
    count: number,
    demanded: boolean,
  ): Promise<{ signatures: StretchSignature[] } | { failure: Failure }> {
    const found: StretchSignature[] = [];
    while ((this.#firsts[this.#position + 1] ?? Number.POSITIVE_INFINITY) <= first) this.#position++;
    for (let at = this.#position; (this.#firsts[at] ?? Number.POSITIVE_INFINITY) < first + count; at++) {
      const begin = this.#firsts[at] ?? 0;
      const part = signaturesObject(begin);
      const signatures = await this.#signaturesAt(begin, part);
      if (!signatures) {
        const detail = 'it holds no whole number of signatures';
        return { failure: failure('record_signature_invalid', { part, index: begin }, detail) };
      }
      for (const [position, octets] of signatures.entries()) {
        const offset = begin + position - first;
        if (offset >= 0 && offset < count) found[offset] = { part, octets };
      }
    }
    const missing = demanded
      ? Array.from({ length: count }, (_, offset) => found[offset]).indexOf(undefined)
      : -1;
    if (missing < 0) return { signatures: found };
    const where = { part: signaturesObject(first), index: first + missing };
    return { failure: failure('record_signature_missing', where) };
  }

  async #signaturesAt(first: number, part: string): Promise<Uint8Array[] | undefined> {
    if (this.#read?.first === first) return this.#read.signatures;
    const packed = (await this.#files.read(part)) ?? new Uint8Array();
    const signatures = unpackSignatures(packed, Math.floor(packed.length / SIGNATURE_OCTETS));
    if (signatures) this.#read = { first, signatures };
    return signatures;
  }
}
