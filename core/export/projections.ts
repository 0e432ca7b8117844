import { concatBytes, utf8 } from '../encoding.ts';
import { canonicalBytes } from '../event/canonical.ts';
import type { PageEntry } from '../query/entries.ts';
import { toElastic } from './elastic.ts';
import type { RecordsFormat } from './export-job.ts';
import { toOcsf } from './ocsf.ts';
import { projected } from './projected.ts';
import { toSplunk } from './splunk.ts';

/** What one entry becomes in a file of the export: lines, each with its line feed. */
export type Projection = (entry: PageEntry, origin: string) => Uint8Array;

/** How each format writes an entry. */
export const PROJECTIONS: Readonly<Record<RecordsFormat, Projection>> = {
  ndjson: proven,
  pdf: proven, // beside the report, which can't hold every record of a long range
  ocsf: (entry, origin) => lineOf(toOcsf(projected(entry, origin))),
  'splunk-hec': (entry, origin) => lineOf(toSplunk(projected(entry, origin))),
  'elastic-bulk': (entry, origin) => {
    const { action, document } = toElastic(projected(entry, origin));
    return concatBytes(lineOf(action), lineOf(document));
  },
};

// RFC 8785, so that the text of each record is its leaf (docs/formats/receipt.md).
function proven({ record, record_signature, proof }: PageEntry): Uint8Array {
  return lineOf({ record, ...(record_signature !== undefined && { record_signature }), proof });
}

const LINE_FEED = utf8('\n');

/** The RFC 8785 line of `value`. */
export function lineOf(value: object): Uint8Array {
  return concatBytes(canonicalBytes(value), LINE_FEED);
}
