import { equalOctets } from '#crypto';
import { fromDigestText, fromHexOctets, utf8 } from '../encoding.ts';

/** The hashes of an inclusion proof, as they came: looked into where they have to be. */
export interface ProofPath {
  readonly length: number;
  /** The leaf's sibling at 0; undefined where it is no digest. */
  hash(position: number): Uint8Array | undefined;
  /** Whether its last `count` hashes are, octet for octet, those of `other`. False leaves it open. */
  endsAs(other: ProofPath, count: number): boolean;
}

/** A path of digests as text, out of parsed JSON whose schema was looked at. */
export class TextPath implements ProofPath {
  readonly #texts: readonly string[];

  constructor(texts: readonly string[]) {
    this.#texts = texts;
  }

  get length(): number {
    return this.#texts.length;
  }

  hash(position: number): Uint8Array | undefined {
    const text = this.#texts[position];
    return text === undefined ? undefined : fromDigestText(text);
  }

  endsAs(other: ProofPath, count: number): boolean {
    if (!(other instanceof TextPath)) return false;
    for (let back = 1; back <= count; back++)
      if (this.#texts[this.length - back] !== other.#texts[other.length - back]) return false;
    return true;
  }
}

const PREFIX = utf8('"sha256:');
const DIGITS = 64;
const QUOTE = 0x22;
/** Octets of a digest with its quotes, and of one with the comma behind it. */
export const DIGEST_OCTETS = PREFIX.length + DIGITS + 1;
export const STRIDE = DIGEST_OCTETS + 1;

/** A path as it stands in a line: quoted digests with a comma between each two. */
export class OctetPath implements ProofPath {
  readonly #octets: Uint8Array;
  readonly length: number;

  /** `octets` are `length` digests with their quotes and the commas between, whatever they may be. */
  constructor(octets: Uint8Array, length: number) {
    this.#octets = octets;
    this.length = length;
  }

  hash(position: number): Uint8Array | undefined {
    const start = position * STRIDE;
    for (let index = 0; index < PREFIX.length; index++)
      if (this.#octets[start + index] !== PREFIX[index]) return undefined;
    const end = start + PREFIX.length + DIGITS;
    return this.#octets[end] === QUOTE
      ? fromHexOctets(this.#octets, start + PREFIX.length, DIGITS / 2)
      : undefined;
  }

  endsAs(other: ProofPath, count: number): boolean {
    if (!(other instanceof OctetPath)) return false;
    const octets = Math.max(0, count * STRIDE - 1);
    return equalOctets(
      this.#octets.subarray(this.#octets.length - octets),
      other.#octets.subarray(other.#octets.length - octets),
    );
  }
}
