import { type DigestText, toDigestText, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { Disclosure } from '../event/commitment.ts';
import { inclusionProofs } from '../log/tile-reader.ts';
import { type Inclusion, inclusionJson } from '../receipt/entry.ts';
import { recordSignatureJson } from '../receipt/record-signature.ts';
import type { AuditRecord } from '../record/record.ts';
import { type EntryReader, readHead } from './log-reader.ts';
import { DisclosureJoin, readRecords, type StoredRecord } from './records.ts';
import { tilesOf } from './tile-source.ts';

/** A record with its proof, as a page holds it. */
export interface PageEntry {
  /** Exactly the leaf: its RFC 8785 bytes are what was hashed. */
  record: AuditRecord;
  disclosures?: Disclosure[];
  log_index: number;
  leaf_hash: DigestText;
  /** Base64, where the tenant's records are signed each. */
  record_signature?: string;
  proof: Inclusion;
}

/** Octets of JSON after which a page ends. */
const PAGE_OCTETS = 4 * 1024 * 1024;
const CHUNK = 100; // records read ahead of knowing whether they still fit
const PATH_OCTETS = 40 * 74; // a proof in a tree of 2^40 leaves, with quotes and commas
const FIXED_OCTETS = 400;

interface Draft {
  stored: StoredRecord;
  disclosures: Disclosure[];
}

/**
 * The entries for `wanted`, in their order, with proofs in the tree of `size` leaves, which must be final. They end early where the
 * page would grow beyond 4 MB; there is always at least one. `heardCold` hears of those that came out of the archive.
 */
export async function readEntries(
  reader: EntryReader,
  wanted: readonly { index: number; eventId: string }[],
  size: number,
  options: { personal: boolean; heardCold?: (index: number) => void },
): Promise<PageEntry[]> {
  const drafts = await readDrafts(reader, wanted, options.personal);
  for (const { stored } of drafts) if (stored.cold) options.heardCold?.(stored.index);
  const proofs = await inclusionProofs(
    drafts.map(({ stored }) => stored.index),
    size,
    tilesOf(size, reader.table, reader.archive),
  );
  return drafts.map(({ stored, disclosures }, position) => ({
    record: stored.record,
    ...(disclosures.length === 0 ? {} : { disclosures }),
    log_index: stored.index,
    leaf_hash: toDigestText(stored.leafHash),
    ...recordSignatureJson(stored.signature),
    proof: inclusionJson(stored.index, size, proofs[position] ?? []),
  }));
}

/** A record that the index names and the table lacks: it is purged at this moment, or the table was tampered with. */
async function notThere(reader: EntryReader, index: number): Promise<AuditError> {
  const { purged } = await readHead(reader);
  return index < (purged?.below ?? 0)
    ? new AuditError('unavailable', 'records of this answer are being purged')
    : new AuditError('integrity', `the index names a record at ${index} that is not there`);
}

async function readDrafts(
  reader: EntryReader,
  wanted: readonly { index: number; eventId: string }[],
  personal: boolean,
): Promise<Draft[]> {
  const join = new DisclosureJoin(reader);
  const drafts: Draft[] = [];
  let octets = 0;
  for (let start = 0; start < wanted.length; start += CHUNK) {
    const chunk = wanted.slice(start, start + CHUNK);
    const records = await readRecords(
      reader,
      chunk.map(({ eventId }) => eventId),
    );
    for (const { index, eventId } of chunk) {
      const stored = records.get(eventId);
      if (stored?.index !== index) throw await notThere(reader, index);
      const disclosures = personal ? await join.of(stored) : [];
      octets += stored.leaf.length + PATH_OCTETS + FIXED_OCTETS;
      if (disclosures.length > 0) octets += utf8(JSON.stringify(disclosures)).length;
      if (octets > PAGE_OCTETS && drafts.length > 0) return drafts;
      drafts.push({ stored, disclosures });
    }
  }
  return drafts;
}
