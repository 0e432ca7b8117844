import type { Failure } from './failure.ts';

/**
 * Some consecutive leaves of a log, as a reader of files finds them: whole, or, where the records were purged, their
 * hashes alone. `part` is the file. A failure instead ends the verification.
 */
export type Stretch =
  | ({ first: number; part: string; claims?: StretchClaims; signatures?: readonly StretchSignature[] } & (
      | { leaves: Uint8Array[] }
      | { purged: Uint8Array[] }
    ))
  | { failure: Failure };

/** A leaf's own signature, by the leaf's position, and the file that it stands in; undefined where it has none. */
export type StretchSignature = { part: string; octets: Uint8Array } | undefined;

/** What the file itself says of the tree, to be compared with the tree that the leaves make. */
export interface StretchClaims {
  rootBefore: Uint8Array;
  rootAfter: Uint8Array;
}

/** What else is known of the tree while its leaves go by. All of it may be an attacker's. */
export interface TreeWitness {
  /** The hashes of a tile as stored, `width` × 32 octets; undefined where it is not there. */
  tile(level: number, index: number, width: number): Promise<Uint8Array | undefined>;
  /** Which tiles must be there: those that end at or below this size. */
  tilesUpTo(): number;
  /** The signed note of the tree of `size` leaves, where there is one. */
  checkpoint?(size: number): Promise<string | undefined>;
}
