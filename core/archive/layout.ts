import { paddedIndex } from '../index/packing.ts';

/** Where things lie in the archive (docs/formats/archive.md). */

/** What a person reads first. */
export const README = 'README.txt';

/** Records of one member of a file of daily records: what a reader has to decompress to get at one of them. */
export const MEMBER_RECORDS = 256;
/** Most records of one file: a day that has more is cut at the multiples of it. */
export const FILE_RECORDS = 32 * MEMBER_RECORDS;

const OFFSETS = /^records\/dt=(\d{4}-\d{2}-\d{2})\/_(\d{20})-(\d{20})\.offsets\.json$/;
const FILE = /^records\/dt=(\d{4}-\d{2}-\d{2})\/(\d{20})-(\d{20})\.ndjson\.gz$/;

/** The verifier key that signs from `firstSize` on. */
export function keyObject(firstSize: number): string {
  return `key/${paddedIndex(firstSize)}`;
}

/** What shows that this key follows from the one before it, as an element of `/v1/audit/log/keys`; the first has none. */
export function keyLinkObject(firstSize: number): string {
  return `${keyObject(firstSize)}.json`;
}

/** A file of daily records: the day (UTC) on which they were recorded, and its first and last index. */
export interface RecordsFile {
  day: string;
  first: number;
  last: number;
}

export function recordsObject({ day, first, last }: RecordsFile): string {
  return `records/dt=${day}/${paddedIndex(first)}-${paddedIndex(last)}.ndjson.gz`;
}

/** The offsets of the file's members. Its name begins with `_`, which engines like Athena pass over. */
export function offsetsObject({ day, first, last }: RecordsFile): string {
  return `records/dt=${day}/_${paddedIndex(first)}-${paddedIndex(last)}.offsets.json`;
}

/** Reads the name of a file of daily records; undefined for any other name. */
export function parseRecordsObject(name: string): RecordsFile | undefined {
  return parse(FILE, name);
}

/** The file of daily records that the offsets of this name belong to; undefined for any other name. */
export function parseOffsetsObject(name: string): RecordsFile | undefined {
  return parse(OFFSETS, name);
}

function parse(pattern: RegExp, name: string): RecordsFile | undefined {
  const [, day = '', from = '', to = ''] = pattern.exec(name) ?? [];
  const file = { day, first: Number(from), last: Number(to) };
  const sensible = Number.isSafeInteger(file.last) && file.first <= file.last;
  return day !== '' && sensible && file.last - file.first < FILE_RECORDS ? file : undefined;
}

/** The day (UTC) of a time in milliseconds. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
