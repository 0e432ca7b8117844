import { z } from 'zod';
import { toDigestText } from '../encoding.ts';
import { eventIdSchema } from '../event/ids.ts';
import { digestSchema } from '../event/values.ts';
import type { AuditRecord } from '../record/record.ts';
import { recordSignatureJson, recordSignatureSchema } from './record-signature.ts';
import { formatTlogProof, type TlogProof } from './tlog-proof.ts';

/** The receipt of one event (docs/formats/receipt.md). */
export const receiptSchema = z
  .strictObject({
    event_id: eventIdSchema,
    content_hash: digestSchema,
    source_hash: digestSchema
      .optional()
      .meta({ description: 'What the sender hashed, where the writer changed the event.' }),
    leaf_hash: digestSchema,
    log_index: z.int().nonnegative(),
    recorded_at: z.iso.datetime({ precision: 3 }),
    record_signature: recordSignatureSchema,
    proof: z.string().max(1_100_000).meta({ description: 'The text of c2sp.org/tlog-proof@v1.' }),
  })
  .meta({ id: 'Receipt', description: 'The proof that one event is in the log.' });
export type Receipt = z.infer<typeof receiptSchema>;

/** The receipt of `record`, whose leaf has the hash `leafHash` (32 octets), the proof `proof` and perhaps a signature of its own. */
export function makeReceipt(
  record: Pick<AuditRecord, 'content_hash' | 'recorded_at'> & { event: { event_id: Receipt['event_id'] } },
  leafHash: Uint8Array,
  proof: TlogProof,
  more: { sourceHash?: Receipt['source_hash']; signature?: Uint8Array | undefined } = {},
): Receipt {
  const { sourceHash, signature } = more;
  return {
    event_id: record.event.event_id,
    content_hash: record.content_hash,
    ...(sourceHash === undefined ? {} : { source_hash: sourceHash }),
    leaf_hash: toDigestText(leafHash),
    log_index: proof.index,
    recorded_at: record.recorded_at,
    ...recordSignatureJson(signature),
    proof: formatTlogProof(proof),
  };
}
