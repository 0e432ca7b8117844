import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../../core/ports.ts';

/** An item as DynamoDB's own protocol has it. */
export type Attributes = Record<string, AttributeValue>;

const WRITE_UNIT = 1_024;
const READ_UNIT = 4_096;
const NESTING = 3; // overhead of a list or map, and one more an element
const MAX_NUMBER = 21;

/**
 * Octets of an item as DynamoDB bills them (developer guide, "DynamoDB item sizes and formats"): names and strings in
 * UTF-8, binary as it is, numbers one octet per two significant digits and one more.
 */
export function itemOctets(item: Attributes): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + utf8Octets(name) + octetsOf(value), 0);
}

/** Octets of an item as the port has it. */
export function octetsOfItem(item: Item): number {
  const attributes = Object.entries(item).map(([name, value]): [string, AttributeValue] => {
    if (typeof value === 'string') return [name, { S: value }];
    return [name, typeof value === 'number' ? { N: String(value) } : { B: value }];
  });
  return itemOctets(Object.fromEntries(attributes));
}

/** Units of a standard write that leaves (or, where that is more, found) an item of so many octets. */
export function writeUnits(octets: number): number {
  return Math.max(1, Math.ceil(octets / WRITE_UNIT));
}

/** Units of a strongly consistent read of so many octets; looking for what is not there costs one too. */
export function readUnits(octets: number): number {
  return Math.max(1, Math.ceil(octets / READ_UNIT));
}

function octetsOf(value: AttributeValue): number {
  if (value.S !== undefined) return utf8Octets(value.S);
  if (value.N !== undefined) return numberOctets(value.N);
  if (value.B !== undefined) return value.B.length;
  if (value.BOOL !== undefined || value.NULL !== undefined) return 1;
  if (value.L !== undefined) return value.L.reduce((sum, member) => sum + 1 + octetsOf(member), NESTING);
  if (value.M !== undefined) return NESTING + Object.keys(value.M).length + itemOctets(value.M);
  if (value.SS !== undefined) return value.SS.reduce((sum, member) => sum + utf8Octets(member), 0);
  throw new Error(`a kind of attribute that we do not use: ${Object.keys(value).join()}`);
}

function numberOctets(digits: string): number {
  const significant = digits
    .replace(/e.*$/i, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '').length;
  return Math.min(MAX_NUMBER, Math.ceil(significant / 2) + 1 + (digits.startsWith('-') ? 1 : 0));
}

function utf8Octets(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
