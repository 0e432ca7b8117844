import { verifyEd25519 } from '#crypto';
import { toBase64, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { readBase64 } from './base64.ts';
import { formatNote, isKeyName, type NoteFailure, openNote, parseNote, parseVerifierKey } from './note.ts';

/** The head of a log at one size (C2SP tlog-checkpoint). */
export interface Checkpoint {
  origin: string;
  /** Leaves in the tree. */
  size: number;
  /** Root of the tree (RFC 6962), 32 octets. */
  root: Uint8Array;
}

export type CheckpointFailure =
  | NoteFailure
  | 'key_malformed' // the verifier key itself is none
  | 'checkpoint_malformed' // a signed note, but not of a checkpoint
  | 'origin_mismatch'; // of another log than the one that the key belongs to

/** What a checkpoint says, once its signature has been verified. */
export type OpenedCheckpoint =
  | { ok: true; checkpoint: Checkpoint }
  | { ok: false; failure: CheckpointFailure };

/** The three lines that are signed. Throws `invalid_request` on an origin, size or root that no checkpoint can have. */
export function checkpointText(origin: string, size: number, root: Uint8Array): string {
  if (!isKeyName(origin))
    throw new AuditError('invalid_request', 'an origin is empty, or holds a space or a +');
  if (!Number.isSafeInteger(size) || size < 0 || root.length !== 32)
    throw new AuditError('invalid_request', 'not the size or the root of a tree');
  return `${origin}\n${size}\n${toBase64(root)}\n`;
}

/**
 * The signed note of `text` (see `checkpointText`), signed by the key of `verifierKey`: `sign` gives the 64 octets of
 * Ed25519 over the text's UTF-8. Throws `misconfigured` where the signature is not by that key, since a checkpoint that
 * nobody can verify must never be published.
 */
export async function signCheckpoint(
  text: string,
  verifierKey: string,
  sign: (message: Uint8Array) => Promise<Uint8Array>,
): Promise<string> {
  const key = parseVerifierKey(verifierKey);
  if (!key) throw new AuditError('misconfigured', 'not a verifier key');
  const message = utf8(text);
  const signature = await sign(message);
  if (!verifyEd25519(key.publicKey, message, signature))
    throw new AuditError('misconfigured', 'the signing key is not the one of the verifier key');
  return formatNote(text, [{ name: key.name, keyId: key.keyId, signature }]);
}

/**
 * Verifies a checkpoint under a verifier key, and reads it. Extension lines are taken and passed over, as the
 * specification wants. The origin must be the name of the key. Never throws.
 */
export function openCheckpoint(note: string, verifierKey: string): OpenedCheckpoint {
  const key = parseVerifierKey(verifierKey);
  if (!key) return { ok: false, failure: 'key_malformed' };
  const opened = openNote(note, key);
  if (!opened.ok) return opened;
  const checkpoint = parseCheckpointText(opened.text);
  if (!checkpoint) return { ok: false, failure: 'checkpoint_malformed' };
  return checkpoint.origin === key.name
    ? { ok: true, checkpoint }
    : { ok: false, failure: 'origin_mismatch' };
}

/** What a signed note says of a log, its signatures not looked at: never to be believed for it. Undefined where it is no checkpoint. */
export function readCheckpoint(note: string): Checkpoint | undefined {
  const parsed = parseNote(note);
  return parsed && parseCheckpointText(parsed.text);
}

/** Reads the text of a checkpoint, whose signature is somebody else's to verify; undefined where it is none. */
function parseCheckpointText(text: string): Checkpoint | undefined {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  // The text ends in a newline, so the last piece is empty, and no other may be.
  if (origin === '' || rest.pop() !== '' || rest.includes('')) return undefined;
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) return undefined;
  const octets = readBase64(root);
  return octets?.length === 32 ? { origin, size: Number(size), root: octets } : undefined;
}
