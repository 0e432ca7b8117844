import { z } from 'zod';
import { toDigestText } from '../encoding.ts';
import { disclosureSchema } from '../event/commitment.ts';
import { LIMITS } from '../event/limits.ts';
import { digestSchema } from '../event/values.ts';
import { recordSignatureSchema } from './record-signature.ts';

/** An inclusion proof as JSON: `path` has the leaf's sibling first. */
export const inclusionSchema = z
  .strictObject({
    index: z.int().nonnegative(),
    tree_size: z.int().positive(),
    path: z.array(digestSchema).max(63),
  })
  .meta({ id: 'InclusionProof' });
export type Inclusion = z.infer<typeof inclusionSchema>;

/**
 * A record with its proof, as it stands in a page of the API and on a line of `events.ndjson`. Strict: what the
 * verifier does not know it could not vouch for.
 */
export const entrySchema = z.strictObject({
  record: z.looseObject({
    recorded_at: z.string(),
    content_hash: digestSchema,
    event: z.looseObject({ event_id: z.string().max(LIMITS.id), payload: z.looseObject({}) }),
  }),
  disclosures: z
    .array(disclosureSchema)
    .max(4 * LIMITS.keys)
    .optional(),
  log_index: z.int().nonnegative().optional(),
  leaf_hash: digestSchema.optional(),
  record_signature: recordSignatureSchema,
  proof: inclusionSchema,
});
export type Entry = z.infer<typeof entrySchema>;

/** An entry whose record is left as it was parsed: it is looked into by itself, its members in their own order. */
export const unreadEntrySchema = entrySchema.extend({
  record: z.custom<object>((value) => typeof value === 'object' && value !== null),
});
export type UnreadEntry = z.infer<typeof unreadEntrySchema>;

/** `consistency.json` of a bundle: that the tree of `from` leaves is a prefix of the one of `to`. */
export const consistencySchema = z.strictObject({
  from: z.int().nonnegative(),
  to: z.int().nonnegative(),
  path: z.array(digestSchema).max(64),
});
export type Consistency = z.infer<typeof consistencySchema>;

/** A page of `GET /v1/audit/events`, as far as the verifier reads it; the rest of it is not proven by anything. */
export const pageSchema = z.looseObject({
  events: z.array(z.unknown()).max(1_000),
  checkpoint: z.string().max(1_000_000),
});

/** The JSON of an inclusion proof in the tree of `size` leaves. */
export function inclusionJson(index: number, size: number, path: readonly Uint8Array[]): Inclusion {
  return { index, tree_size: size, path: path.map(toDigestText) };
}
