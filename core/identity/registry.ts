import type { Emitter } from './emitter.ts';
import type { Scope } from './scope.ts';

/**
 * An administrative act that has been done and whose event is not known to have been enqueued: the act and this mark
 * are one write, and the mark goes once the event is safe. What is granted is not in force while it stands.
 */
export interface Unrecorded {
  /** JSON of the governance event. Its id is in it, so sending it again makes no second record. */
  unrecorded?: string;
}

/** A token as it is kept; the token itself is not. Times are milliseconds since the Unix epoch. */
export interface TokenEntry extends Unrecorded {
  tokenId: string;
  /** SHA-256 of the token, 64 lower-case hex digits. */
  hash: string;
  name: string;
  scopes: readonly Scope[];
  createdAt: number;
  createdBy: string;
  validUntil?: number;
  revokedAt?: number;
  /** Requests a minute; the default where it says nothing. */
  requestsPerMinute?: number;
  /** The id of the token that it took the place of, or that took its place. */
  rotates?: string;
  rotatedBy?: string;
}

/** The tokens of one tenant. */
export interface TokenRegistry {
  byHash(hash: string): Promise<TokenEntry | undefined>;
  list(): Promise<TokenEntry[]>;
  /** Durable when it returns. */
  add(entry: TokenEntry): Promise<void>;
  /** Marks the token revoked; the first time of revocation stands. Returns the entry as it is then. */
  revoke(hash: string, at: number, unrecorded: string): Promise<TokenEntry>;
  /**
   * Ends the token at `validUntil`, or when it would have ended before that, since `rotatedBy` takes its place. False
   * where it was revoked or rotated already.
   */
  supersede(hash: string, rotatedBy: string, validUntil: number): Promise<boolean>;
  /** Takes the mark away, if it still is this one. */
  recorded(hash: string, unrecorded: string): Promise<void>;
}

/** A registered key of an emitter, and who registered it. */
export interface EmitterEntry extends Emitter, Unrecorded {
  createdBy: string;
}

/** The emitters of one tenant, one entry a key. */
export interface EmitterRegistry {
  /** Undefined also where the registration is not recorded yet. */
  byKid(kid: string): Promise<EmitterEntry | undefined>;
  list(): Promise<EmitterEntry[]>;
  /** False where the key is registered already, removed ones included: a key never comes back. */
  add(entry: EmitterEntry): Promise<boolean>;
  /**
   * Marks the key removed; the first time of removal stands, and of two times of compromise the earlier. Returns the
   * entry as it is then.
   */
  remove(
    kid: string,
    removal: { at: number; compromisedSince?: number },
    unrecorded: string,
  ): Promise<EmitterEntry>;
  /** Takes the mark away, if it still is this one. */
  recorded(kid: string, unrecorded: string): Promise<void>;
}
