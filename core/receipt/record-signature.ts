import { z } from 'zod';
import { toBase64 } from '../encoding.ts';

/** `record_signature` of an entry and of a receipt: 64 octets in base64. */
export const recordSignatureSchema = z
  .string()
  .regex(/^[A-Za-z0-9+/]{86}==$/)
  .optional()
  .meta({ description: "The record's own signature, where the tenant's records are signed each." });

/** The member `record_signature`, where the record has a signature of its own. */
export function recordSignatureJson(signature: Uint8Array | undefined): { record_signature?: string } {
  return signature ? { record_signature: toBase64(signature) } : {};
}
