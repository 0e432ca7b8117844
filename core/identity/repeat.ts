import { sha256 } from '#crypto';
import { toHex, utf8 } from '../encoding.ts';

/** For so long a repeat of a request gets the answer of the first. */
export const REPEATABLE_MS = 24 * 3_600_000;
/** A request that has not ended by then never will: what answered it has a shorter time limit. */
export const OPEN_MS = 60_000;

/** An answer that is kept for repeats; bodies are JSON. */
export interface KeptAnswer {
  status: number;
  body?: unknown;
  /** The path of what was made, where the answer held a secret that is shown once: the body is not kept then. */
  made?: string;
}

/** A request under a key, as it stands. Times are milliseconds since the Unix epoch. */
export interface Repeatable {
  /** Of what was asked. */
  fingerprint: string;
  /** Absent while the first request is being answered. */
  answer?: KeptAnswer;
}

/** Requests of the last day that came with a key. */
export interface RepeatStore {
  /**
   * Takes `name` for a request: undefined where it is this one's now, else what stands under the name. A name is free
   * again after `expiresAt`, and for the same fingerprint after `openUntil` where it has no answer.
   */
  take(
    name: string,
    request: { id: string; fingerprint: string; now: number; openUntil: number; expiresAt: number },
  ): Promise<Repeatable | undefined>;
  /** Keeps the answer of the request with this id, if the name still is its. */
  keep(name: string, id: string, answer: KeptAnswer): Promise<void>;
  /** Nothing was done: the name is free again, if it still is this request's. */
  free(name: string, id: string): Promise<void>;
}

/** The form of a key: the caller's own, so that a repeat is told from a second request. */
export function isRepeatKey(key: string): boolean {
  return /^[\x21-\x7e]{1,255}$/.test(key);
}

/** The name under which a caller's key is kept: keys of two callers never meet, and none is written down. */
export function repeatName(caller: { kind: string; id: string }, key: string): string {
  return digest([caller.kind, caller.id, key]);
}

/** What tells one request from another that came with the same key. */
export function fingerprintOf(request: { method: string; path: string; body: Uint8Array }): string {
  return digest([request.method, request.path, toHex(sha256(request.body))]);
}

function digest(parts: readonly string[]): string {
  return toHex(sha256(utf8(JSON.stringify(parts))));
}
