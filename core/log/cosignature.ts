import { sha256, verifyEd25519 } from '#crypto';
import { concatBytes, toHex, utf8 } from '../encoding.ts';
import { readBase64 } from './base64.ts';
import { isKeyName, type NoteSignature, parseNote, type VerifierKey } from './note.ts';

/**
 * C2SP tlog-cosignature, `cosignature/v1`: a witness says when it saw a checkpoint that extends every one that it saw
 * before. The signature line holds the time (uint64, big-endian seconds) and Ed25519 over a text of its own.
 */

const COSIGNATURE = new Uint8Array([0x04]);
const LINE_FEED = new Uint8Array([0x0a]);
const TIME_OCTETS = 8;

/** A cosignature that was verified. */
export interface Cosignature {
  /** Of the witness. */
  name: string;
  /** Seconds since the Unix epoch. */
  time: number;
}

/** What a witness signs: `text` is that of the checkpoint's note, its last newline included. */
export function cosignatureMessage(time: number, text: string): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`);
}

/** First 4 octets, as 8 hex digits, of SHA-256(name ‖ 0x0A ‖ 0x04 ‖ public key). */
export function cosignatureKeyId(name: string, publicKey: Uint8Array): string {
  return toHex(sha256(utf8(name), LINE_FEED, COSIGNATURE, publicKey).subarray(0, 4));
}

/** A witness's verifier key, `name+<key id>+base64(0x04 ‖ public key)`; undefined where the text is none. */
export function parseWitnessKey(text: string): VerifierKey | undefined {
  const [, name = '', id = '', encoded = ''] =
    /^([^+]+)\+([0-9a-fA-F]{8})\+([A-Za-z0-9+/=]{44})$/.exec(text) ?? [];
  const key = readBase64(encoded);
  if (!isKeyName(name) || key?.length !== 33 || key[0] !== COSIGNATURE[0]) return undefined;
  const publicKey = key.subarray(1);
  const keyId = cosignatureKeyId(name, publicKey);
  return keyId === id.toLowerCase() ? { name, keyId, publicKey } : undefined;
}

/** The signature line's content for `signature` (64 octets) made at `time`. */
export function packCosignature(time: number, signature: Uint8Array): Uint8Array {
  const packed = new Uint8Array(TIME_OCTETS);
  new DataView(packed.buffer).setBigUint64(0, BigInt(time));
  return concatBytes(packed, signature);
}

/** Whether `line` is the witness's cosignature of the note's text; the time that it names, where it is. */
export function verifyCosignature(
  line: NoteSignature,
  witness: VerifierKey,
  text: string,
): Cosignature | undefined {
  if (line.name !== witness.name || line.keyId !== witness.keyId) return undefined;
  if (line.signature.length !== TIME_OCTETS + 64) return undefined;
  const view = new DataView(line.signature.buffer, line.signature.byteOffset, TIME_OCTETS);
  const time = Number(view.getBigUint64(0));
  if (!Number.isSafeInteger(time)) return undefined;
  const good = verifyEd25519(
    witness.publicKey,
    cosignatureMessage(time, text),
    line.signature.subarray(TIME_OCTETS),
  );
  return good ? { name: witness.name, time } : undefined;
}

/** The good cosignatures by `witnesses` under a note, whatever else stands there. */
export function cosignaturesOf(note: string, witnesses: readonly VerifierKey[]): Cosignature[] {
  const parsed = parseNote(note);
  if (!parsed) return [];
  return parsed.signatures.flatMap((line) =>
    witnesses.flatMap((witness) => verifyCosignature(line, witness, parsed.text) ?? []),
  );
}
