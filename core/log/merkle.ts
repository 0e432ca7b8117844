import { sha256Tagged } from '#crypto';
import { fromHex } from '../encoding.ts';

const LEAF = 0x00;
const NODE = 0x01;

/** Root of the tree without leaves: SHA-256 of nothing (RFC 6962, section 2.1). */
export const EMPTY_ROOT = fromHex('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');

/** Hash of a leaf: SHA-256(0x00 ‖ bytes), 32 octets (RFC 6962, section 2.1). */
export function leafHash(bytes: Uint8Array): Uint8Array {
  return sha256Tagged(LEAF, bytes);
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right), 32 octets (RFC 6962, section 2.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256Tagged(NODE, left, right);
}
