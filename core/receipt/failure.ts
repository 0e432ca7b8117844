import type { CheckpointFailure } from '../log/checkpoint.ts';

/** Why a checkpoint does not open under a key, or under the chain of keys that follow from it. */
export type TrustFailure =
  | CheckpointFailure
  | 'key_retired' // by a key of the chain that another had replaced at this size
  | 'key_not_yet_valid'; // by a key of the chain that had not taken over at this size

type RecordFailure =
  | 'entry_malformed'
  | 'record_malformed'
  | 'record_not_canonical'
  | 'leaf_hash_mismatch'
  | 'content_hash_mismatch'
  | 'proof_malformed'
  | 'proof_of_another_tree'
  | 'index_mismatch'
  | 'not_included'
  | 'index_repeated'
  | 'disclosure_mismatch'
  | 'record_signature_invalid'
  | 'record_signature_missing'
  | 'receipt_malformed'
  | 'receipt_of_another_record';

type WholeFailure =
  | 'page_malformed'
  | 'delivery_malformed'
  | 'older_checkpoint_invalid'
  | 'older_checkpoint_inconsistent'
  | 'consistency_not_shown'
  | 'manifest_malformed'
  | 'manifest_mismatch'
  | 'manifest_not_vouched'
  | 'part_altered'
  | 'entries_missing'
  | 'purge_not_recorded'
  | 'purge_order_malformed'
  | 'bundle_malformed'
  | 'tile_missing'
  | 'tile_altered'
  | 'root_mismatch'
  | 'batch_malformed'
  | 'batch_of_another_tree'
  | 'daily_records_altered'
  | 'checkpoint_of_another_tree'
  | 'key_chain_broken';

/** Everything for which a verification can fail. Closed: documents and the terminal read the meaning from the table below. */
export type FailureCode = TrustFailure | RecordFailure | WholeFailure;

/** What each failure means to somebody who holds the data. */
const MEANINGS: Record<FailureCode, string> = {
  key_malformed: 'The verifier key is not one, or was altered: its id does not fit its octets.',
  note_malformed: 'The checkpoint is not a signed note: it was altered or cut off.',
  unknown_key:
    'The checkpoint bears no signature by this verifier key: it is of another log, or of a key that replaced it.',
  key_retired:
    'The checkpoint is signed by a key that had been replaced when the log reached its size: whoever still holds that key made it.',
  key_not_yet_valid:
    'The checkpoint is signed by a key that had not yet taken over when the log had its size.',
  signature_invalid: 'The signature does not fit the checkpoint: its origin, size or root was altered.',
  checkpoint_malformed: 'What was signed is not a checkpoint.',
  origin_mismatch: 'The checkpoint is of another log than the one that the key belongs to.',
  entry_malformed: 'This is not a record with its proof: it was altered, or cut off.',
  record_malformed: 'This is not a record that the log could hold.',
  record_not_canonical:
    'These bytes are not the RFC 8785 form of the record, so they are not what was logged.',
  leaf_hash_mismatch: 'The record is not the one whose leaf hash is given: one of the two was altered.',
  content_hash_mismatch: 'The event in the record is not the one that was hashed when it was recorded.',
  proof_malformed: 'The proof is not one: it was altered or cut off.',
  proof_of_another_tree: 'The proof is for a tree of another size than the checkpoint that came with it.',
  index_mismatch: 'Index and proof name different places in the log.',
  not_included:
    'The log that was signed does not hold this record at this place: record or proof was altered, or it was put in later.',
  index_repeated: 'Two records claim the same place in the log.',
  disclosure_mismatch: 'A disclosed value is not the one that the record commits to.',
  record_signature_invalid:
    "The signature of the record itself is not by the log's key, or is of another record.",
  record_signature_missing:
    'Each record of this batch has a signature of its own, and those are not here: they were taken away or cut off.',
  receipt_malformed: 'This is not a receipt.',
  receipt_of_another_record: 'The receipt is of another record than the one that came with it.',
  page_malformed: 'This is not a page of records with its checkpoint.',
  delivery_malformed: 'What the message says of itself does not fit the records in it.',
  older_checkpoint_invalid: 'The older checkpoint does not verify under the key.',
  older_checkpoint_inconsistent:
    'The log was rewritten below the older checkpoint, or shows different readers different histories.',
  consistency_not_shown:
    'Nothing here connects the log with the other checkpoint: the record before its end, or a consistency proof, is needed.',
  manifest_malformed: 'The manifest is not one: it was altered.',
  manifest_mismatch:
    'The manifest says something else than the records show: one of them was altered, or records are missing.',
  manifest_not_vouched:
    'No record of the log names this manifest: manifest or receipt was altered, or they are of different exports.',
  part_altered: 'A file is not the one that the manifest names: it was altered, replaced or cut off.',
  entries_missing: 'Records that the log has are not here, and nothing says that they were purged.',
  purge_not_recorded:
    'Records are not here and are said to be purged, but no record of the log tells of such a purge: they are missing.',
  purge_order_malformed: 'The order of a purge is not one: it was altered or cut off.',
  bundle_malformed: 'The file does not hold the number of records that it must: it was altered or cut off.',
  tile_missing: 'A file of hashes that the log has is not here.',
  tile_altered: 'Records and hashes do not fit each other: one of the two was altered or replaced.',
  root_mismatch:
    'The log that was signed is another one than these records make: records were changed, removed, added or swapped, ' +
    'and the hashes along with them.',
  batch_malformed:
    'The file is not a batch of records, or holds other records than its name says: it was altered or cut off.',
  batch_of_another_tree:
    'The batch does not continue the records before it: it, or one before it, was altered or replaced.',
  daily_records_altered:
    'The file of daily records does not hold the record that was committed: it was altered or replaced.',
  key_chain_broken:
    'The keys that are here do not follow from the one that you trust: a file of them was altered or added.',
  checkpoint_of_another_tree: 'What was signed on the way is another log than these records make.',
};

/** Where in the data it failed. */
export interface Where {
  /** Line of the file, from 1, or position in the page, from 1. */
  line?: number;
  index?: number;
  event_id?: string;
  part?: string;
}

/** The first thing that does not verify. `detail` never repeats more of the data than names. */
export interface Failure {
  code: FailureCode;
  meaning: string;
  detail?: string;
  where: Where;
}

/** The failure with this code. */
export function failure(code: FailureCode, where: Where = {}, detail?: string): Failure {
  return { code, meaning: MEANINGS[code], where, ...(detail === undefined ? {} : { detail }) };
}
