import { z } from 'zod';
import { concatBytes, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { LIMITS } from '../event/limits.ts';
import type { Codec } from '../ports.ts';
import { FILE_RECORDS, MEMBER_RECORDS, type RecordsFile } from './layout.ts';

const LINE_FEED = 0x0a;
const MAX_FILE = FILE_RECORDS * (LIMITS.recordBytes + 1);

/** What stands beside a file of daily records: where its gzip members begin. */
const offsetsSchema = z.strictObject({
  offsets_version: z.literal(1),
  first: z.int().nonnegative(),
  last: z.int().nonnegative(),
  records_per_member: z.literal(MEMBER_RECORDS),
  /** Octet at which each member begins. */
  offsets: z.array(z.int().nonnegative()).min(1),
});

/**
 * A file of daily records: NDJSON, each line exactly a leaf, as gzip members of 256 records that can be decompressed
 * one by one, or all together as any gzip file.
 */
export function encodeRecordsFile(
  { first, last }: Pick<RecordsFile, 'first' | 'last'>,
  leaves: readonly Uint8Array[],
  codec: Pick<Codec, 'gzip'>,
): { bytes: Uint8Array; offsets: Uint8Array } {
  if (leaves.length !== last - first + 1)
    throw new AuditError(
      'invalid_request',
      'a file of daily records has another number of records than its name',
    );
  const members: Uint8Array[] = [];
  const offsets: number[] = [];
  let offset = 0;
  for (let start = 0; start < leaves.length; start += MEMBER_RECORDS) {
    const lines = leaves.slice(start, start + MEMBER_RECORDS).flatMap((leaf) => [leaf, utf8('\n')]);
    const member = codec.gzip(concatBytes(...lines));
    members.push(member);
    offsets.push(offset);
    offset += member.length;
  }
  const index: z.infer<typeof offsetsSchema> = {
    offsets_version: 1,
    first,
    last,
    records_per_member: MEMBER_RECORDS,
    offsets,
  };
  return { bytes: concatBytes(...members), offsets: utf8(`${JSON.stringify(index)}\n`) };
}

/** The leaves of a file of daily records. Throws `malformed` or `too_large` on anything else. */
export function decodeRecordsFile(bytes: Uint8Array, codec: Pick<Codec, 'gunzip'>): Uint8Array[] {
  const text = codec.gunzip(bytes, MAX_FILE);
  const leaves: Uint8Array[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf(LINE_FEED, start);
    if (end < 0) throw new AuditError('malformed', 'the last line has no end');
    leaves.push(text.subarray(start, end));
    start = end + 1;
  }
  return leaves;
}
