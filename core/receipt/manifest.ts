import { z } from 'zod';
import { type DigestText, toDigestText } from '../encoding.ts';
import { digestSchema } from '../event/values.ts';
import { type Failure, failure } from './failure.ts';
import type { Shown } from './verify.ts';

const PART_NAME = /^(?!.{201})[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;

/** Whether `name` may name a file of a bundle: relative, plain, and no way out of it. */
export function isPartName(name: string): boolean {
  return PART_NAME.test(name);
}

/** A file of a bundle: its path inside (no way out of it), its size in octets, its digest. */
const partSchema = z.strictObject({
  name: z.string().regex(PART_NAME),
  bytes: z.int().nonnegative(),
  sha256: digestSchema,
});

/**
 * `manifest.json` of a bundle, as far as a verifier can compare it with something (docs/formats/receipt.md). Whatever
 * else it says, filter and times among it, is the exporter's word; its receipt in the log says when that was given.
 */
export const manifestSchema = z.looseObject({
  bundle_version: z.string().regex(/^1\.\d{1,6}\.\d{1,6}$/),
  origin: z.string(),
  verifier_key: z.string(),
  tree_size: z.int().nonnegative(),
  count: z.int().nonnegative(),
  first_index: z.int().nonnegative().nullable(),
  last_index: z.int().nonnegative().nullable(),
  missing: z.int().nonnegative().meta({ description: 'Indices between first and last that are not here.' }),
  parts: z.array(partSchema).min(1).max(10_000),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** Formats of an export whose records come with their proofs; of the others the manifest alone is vouched for. */
export const PROVEN_FORMATS: ReadonlySet<string> = new Set(['ndjson', 'pdf']);

/** Size and digest of a file as it was read. */
export interface PartRead {
  bytes: number;
  sha256: Uint8Array;
}

/** Where the manifest and what the records showed differ; undefined where they don't. */
export function compareManifest(manifest: Manifest, shown: Shown, verifierKey: string): Failure | undefined {
  const claims: [string, unknown, unknown][] = [
    ['origin', manifest.origin, shown.origin],
    ['verifier_key', manifest.verifier_key, verifierKey],
    ['tree_size', manifest.tree_size, shown.tree_size],
    ['count', manifest.count, shown.count],
    ['first_index', manifest.first_index, shown.first_index ?? null],
    ['last_index', manifest.last_index, shown.last_index ?? null],
    ['missing', manifest.missing, shown.missing],
  ];
  const different = claims.find(([, claimed, found]) => claimed !== found);
  return different && failure('manifest_mismatch', { part: 'manifest.json' }, different[0]);
}

/** Whether a file is the one that the manifest names; undefined where it is. */
export function comparePart(
  part: Manifest['parts'][number],
  read: PartRead | undefined,
): Failure | undefined {
  if (!read) return failure('part_altered', { part: part.name }, 'the file is missing');
  const digest: DigestText = toDigestText(read.sha256);
  return digest === part.sha256 && read.bytes === part.bytes
    ? undefined
    : failure('part_altered', { part: part.name });
}
