import { sha256, verifyEd25519 } from '#crypto';
import { concatBytes, fromHex, toBase64, toHex, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { readBase64 } from './base64.ts';

/**
 * C2SP signed-note with Ed25519 (signature type 0x01): a text that ends in a newline, an empty line, and signature
 * lines `— <key name> base64(key id ‖ signature)`.
 */

/** One signature line. `keyId` is 8 lower-case hex digits; what `signature` holds depends on the key's type. */
export interface NoteSignature {
  name: string;
  keyId: string;
  signature: Uint8Array;
}

/** A note as parsed. Nothing of it may be believed before `verifyNote` has said so. */
export interface Note {
  /** The signed text, its final newline included. */
  text: string;
  signatures: NoteSignature[];
}

/** An Ed25519 verifier key: `name+<key id>+base64(0x01 ‖ public key)`. */
export interface VerifierKey {
  name: string;
  /** 8 lower-case hex digits. */
  keyId: string;
  /** 32 octets. */
  publicKey: Uint8Array;
}

export type NoteFailure =
  | 'note_malformed' // not a signed note
  | 'unknown_key' // no signature by the key that is asked for
  | 'signature_invalid'; // a signature that claims to be by that key, and is not

const MAX_NOTE = 1_000_000; // UTF-8 octets, and so at least as many as there are UTF-16 units
const MAX_SIGNATURES = 16;
const ED25519 = new Uint8Array([0x01]);
const LINE_FEED = new Uint8Array([0x0a]);
const SIGNATURE_LINE = /^\u2014 ([^ ]+) ([A-Za-z0-9+/]+={0,2})$/;

/** First 4 octets, as 8 hex digits, of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key). */
function keyIdOf(name: string, publicKey: Uint8Array): string {
  return toHex(sha256(utf8(name), LINE_FEED, ED25519, publicKey).subarray(0, 4));
}

/** Whether `name` may name a key: not empty, no Unicode space, no plus sign, no control character. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}+]/u.test(name) && !hasControls(name);
}

/** The verifier key of `publicKey` (32 octets) under `name`. Throws `invalid_request` where either is impossible. */
export function formatVerifierKey(name: string, publicKey: Uint8Array): string {
  if (!isKeyName(name))
    throw new AuditError('invalid_request', 'a key name is empty, or holds a space or a +');
  if (publicKey.length !== 32) throw new AuditError('invalid_request', 'an Ed25519 public key has 32 octets');
  return `${name}+${keyIdOf(name, publicKey)}+${toBase64(concatBytes(ED25519, publicKey))}`;
}

/** Reads a verifier key; undefined where the text is none, is of another type, or its id is not that of the key. */
export function parseVerifierKey(text: string): VerifierKey | undefined {
  // Base64 has plus signs too, so only the first two separate.
  const match = /^([^+]+)\+([0-9a-fA-F]{8})\+([A-Za-z0-9+/=]{44})$/.exec(text);
  const [, name = '', id = '', encoded = ''] = match ?? [];
  if (!match || !isKeyName(name)) return undefined;
  const key = readBase64(encoded);
  if (key?.length !== 33 || key[0] !== ED25519[0]) return undefined;
  const publicKey = key.subarray(1);
  const keyId = keyIdOf(name, publicKey);
  return keyId === id.toLowerCase() ? { name, keyId, publicKey } : undefined;
}

/** The note of `text`, which must end in a newline, with `signatures`. Throws `invalid_request` on what is no note. */
export function formatNote(text: string, signatures: readonly NoteSignature[]): string {
  const lines = signatures.map(
    ({ name, keyId, signature }) => `\u2014 ${name} ${toBase64(concatBytes(fromHex(keyId), signature))}\n`,
  );
  const note = `${text}\n${lines.join('')}`;
  const parsed = parseNote(note);
  if (parsed?.text !== text)
    throw new AuditError('invalid_request', 'not the text of a note, or not its keys');
  return note;
}

/** `note` with the signatures of `other`, a note of the same text, behind its own. */
export function withSignatures(note: string, other: string): string {
  const [one, more] = [parseNote(note), parseNote(other)];
  if (!one || one.text !== more?.text)
    throw new AuditError('invalid_request', 'not two notes of the same text');
  return formatNote(one.text, [...one.signatures, ...more.signatures]);
}

/** Takes a note apart; undefined where it is none, or has more than 1,000,000 octets or 16 signatures. */
export function parseNote(note: string): Note | undefined {
  if (note.length > MAX_NOTE || !note.isWellFormed() || utf8(note).length > MAX_NOTE) return undefined;
  if (hasControls(note)) return undefined;
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return undefined;

  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name = '', encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
    const octets = isKeyName(name) ? readBase64(encoded) : undefined;
    if (!octets || octets.length < 5) return undefined;
    signatures.push({ name, keyId: toHex(octets.subarray(0, 4)), signature: octets.subarray(4) });
  }
  return { text: note.slice(0, end + 1), signatures };
}

/**
 * Opens `note` with `key`. Signatures by other keys are passed over, also where name or id (not both) are the same;
 * every one that claims to be by `key` must be good.
 */
export function openNote(
  note: string,
  key: VerifierKey,
): { ok: true; text: string } | { ok: false; failure: NoteFailure } {
  const parsed = parseNote(note);
  if (!parsed) return { ok: false, failure: 'note_malformed' };
  const ours = parsed.signatures.filter(({ name, keyId }) => name === key.name && keyId === key.keyId);
  if (ours.length === 0) return { ok: false, failure: 'unknown_key' };
  const message = utf8(parsed.text);
  const good = ours.every(({ signature }) => verifyEd25519(key.publicKey, message, signature));
  return good ? { ok: true, text: parsed.text } : { ok: false, failure: 'signature_invalid' };
}

/** Whether an ASCII control character other than the newline stands in `text`. */
function hasControls(text: string): boolean {
  for (const character of text) if (character < ' ' && character !== '\n') return true;
  return false;
}
