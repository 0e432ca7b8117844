import { sha256 } from '#crypto';
import { toHex, utf8 } from '../encoding.ts';
import type { Disclosure } from '../event/commitment.ts';
import type { Codec } from '../ports.ts';

/** What opens the commitments of one record. */
export interface DisclosureLine {
  event_id: string;
  disclosures: Disclosure[];
}

/**
 * The object of a batch's disclosures: gzip of NDJSON, a line a record, named by its own digest, so that no two
 * attempts ever write different bytes under one name.
 */
export function packDisclosures(
  lines: readonly DisclosureLine[],
  codec: Codec,
): { key: string; bytes: Uint8Array } {
  const bytes = codec.gzip(utf8(lines.map((line) => `${JSON.stringify(line)}\n`).join('')));
  return { key: `disclosures/${toHex(sha256(bytes))}`, bytes };
}
