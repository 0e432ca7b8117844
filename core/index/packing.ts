import { fromHex, toHex } from '../encoding.ts';
import { AuditError } from '../errors.ts';

/** A UUID as its 16 octets. */
export function packUuid(uuid: string): Uint8Array {
  const bytes = fromHex(uuid.replaceAll('-', ''));
  if (bytes.length !== 16) throw new AuditError('malformed', 'not a UUID');
  return bytes;
}

/** The UUID text of 16 octets, lower case. */
export function unpackUuid(bytes: Uint8Array): string {
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Writes `value` (0 to 2^48 - 1) big-endian in six octets. */
export function writeUint48(view: DataView, offset: number, value: number): void {
  view.setUint16(offset, Math.floor(value / 2 ** 32));
  view.setUint32(offset + 2, value % 2 ** 32);
}

/** The six octets at `offset`, big-endian. */
export function readUint48(view: DataView, offset: number): number {
  return view.getUint16(offset) * 2 ** 32 + view.getUint32(offset + 2);
}

/** `value` in 20 decimal digits, so that text order is number order. */
export function paddedIndex(value: number): string {
  return String(value).padStart(20, '0');
}

/** Whether `name` is what `paddedIndex` makes of an index or a size. */
export function isNamedIndex(name: string): boolean {
  return /^\d{20}$/.test(name) && Number.isSafeInteger(Number(name));
}
