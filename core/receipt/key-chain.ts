import { z } from 'zod';
import { SELF_AGENT_ID } from '../event/envelope.ts';
import { type OpenedCheckpoint, openCheckpoint, readCheckpoint } from '../log/checkpoint.ts';
import { entrySchema } from './entry.ts';
import type { TrustFailure } from './failure.ts';
import { InclusionRun } from './inclusion-run.ts';
import { verifyEntry } from './verify-record.ts';

/**
 * The chain of a log's keys, as `/v1/audit/log/keys` gives it. Each link carries the record `KEY_ROTATED` that names the
 * new key, as the last leaf of a tree whose checkpoint both keys signed.
 */
export const keyChainSchema = z
  .strictObject({
    keys: z
      .array(
        z.strictObject({
          verifier_key: z.string().max(512),
          first_size: z.int().nonnegative().meta({
            description: 'The key signs this size, where the one before it signs last, and all larger ones.',
          }),
          rotation: z
            .strictObject({
              record: entrySchema.shape.record,
              proof: entrySchema.shape.proof,
              checkpoint: z.string().max(1_000_000),
            })
            .optional()
            .meta({ description: 'Absent on the first key alone.' }),
        }),
      )
      .min(1)
      .max(1_000),
  })
  .meta({ id: 'KeyChain' });

/** One key of a chain, and what shows that it follows from the one before it. */
export type KeyLink = z.infer<typeof keyChainSchema>['keys'][number];

/** Keys that were shown to follow from the first, oldest first. */
export interface KeyChain {
  readonly keys: readonly { readonly verifierKey: string; readonly firstSize: number }[];
}

/** What a verifier trusts: one key, or the keys that were shown to follow from it. */
export type Trust = string | KeyChain;

const rotatedSchema = z.looseObject({
  event: z.looseObject({
    event_type: z.literal('KEY_ROTATED'),
    agent: z.looseObject({ id: z.literal(SELF_AGENT_ID) }),
    payload: z.looseObject({
      before: z.looseObject({ verifier_key: z.string() }),
      after: z.looseObject({ verifier_key: z.string() }),
    }),
  }),
  ingest: z.looseObject({ source: z.literal('internal') }),
});

/**
 * Whether `value` is a chain that begins with `firstKey`, the one key that is trusted, and each link of which follows.
 * Never throws; `reason` says which link does not follow, and why.
 */
export function verifyKeyChain(
  value: unknown,
  firstKey: string,
): { ok: true; chain: KeyChain } | { ok: false; reason: string } {
  const parsed = keyChainSchema.safeParse(value);
  if (!parsed.success)
    return { ok: false, reason: 'it is not {keys: [{verifier_key, first_size, rotation}]}' };
  const [first, ...links] = parsed.data.keys;
  if (first?.verifier_key !== firstKey)
    return { ok: false, reason: 'it begins with another key than the one given' };
  if (first.first_size !== 0 || first.rotation)
    return { ok: false, reason: 'its first key is not of size 0' };
  const keys = [{ verifierKey: firstKey, firstSize: 0 }];
  for (const [position, link] of links.entries()) {
    const before = keys[position];
    const reason = before && brokenLink(before, link);
    if (reason !== undefined) return { ok: false, reason: `key ${position + 2} does not follow: ${reason}` };
    keys.push({ verifierKey: link.verifier_key, firstSize: link.first_size });
  }
  return { ok: true, chain: { keys } };
}

/** Why `link` does not follow on the key `before`; undefined where it does. */
function brokenLink(before: KeyChain['keys'][number], link: KeyLink): string | undefined {
  const { verifier_key, first_size, rotation } = link;
  if (!rotation) return 'it has no rotation';
  if (first_size <= before.firstSize) return 'it is not of a larger size than the one before it';
  const byOld = openCheckpoint(rotation.checkpoint, before.verifierKey);
  if (!byOld.ok) return `its checkpoint is not signed by the key before it (${byOld.failure})`;
  const byNew = openCheckpoint(rotation.checkpoint, verifier_key);
  if (!byNew.ok) return `its checkpoint is not signed by itself (${byNew.failure})`;
  const tree = byOld.checkpoint;
  if (tree.size !== first_size) return 'its checkpoint is of another size';
  const entry = verifyEntry({ record: rotation.record, proof: rotation.proof }, tree, new InclusionRun(tree));
  if (!entry.ok) return `its record does not verify (${entry.code})`;
  if (rotation.proof.index !== tree.size - 1) return 'its record is not the last one of the tree';
  const record = rotatedSchema.safeParse(rotation.record);
  if (!record.success) return 'its record is not a KEY_ROTATED of the log itself';
  const { before: old, after } = record.data.event.payload;
  return old.verifier_key === before.verifierKey && after.verifier_key === verifier_key
    ? undefined
    : 'its record names other keys';
}

/** As `openCheckpoint`; with a chain, under the key that was in force at the checkpoint's size, and no other. */
export function openTrusted(
  note: string,
  trust: Trust,
): OpenedCheckpoint | { ok: false; failure: TrustFailure } {
  if (typeof trust === 'string') return openCheckpoint(note, trust);
  const { keys } = trust;
  const size = readCheckpoint(note)?.size ?? 0;
  let refused: { ok: false; failure: TrustFailure } = { ok: false, failure: 'unknown_key' };
  for (const [position, { verifierKey, firstSize }] of keys.entries()) {
    const opened = openCheckpoint(note, verifierKey);
    if (!opened.ok) {
      if (opened.failure !== 'unknown_key') return opened;
      continue;
    }
    const end = keys[position + 1]?.firstSize ?? Number.POSITIVE_INFINITY;
    if (size >= firstSize && size <= end) return opened;
    refused = { ok: false, failure: size > end ? 'key_retired' : 'key_not_yet_valid' };
  }
  return refused;
}
