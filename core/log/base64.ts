import { fromBase64 } from '../encoding.ts';

/** Octets of padded base64 (RFC 4648, section 4); undefined on anything else: hostile text is expected here. */
export function readBase64(text: string): Uint8Array | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}
