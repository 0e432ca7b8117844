import { concatBytes, utf8 } from '../../core/encoding.ts';
import { canonicalBytes, contentHash } from '../../core/event/canonical.ts';
import { checkpointText, signCheckpoint } from '../../core/log/checkpoint.ts';
import { entryBundle } from '../../core/log/entry-bundle.ts';
import { leafHash } from '../../core/log/merkle.ts';
import { formatVerifierKey } from '../../core/log/note.ts';
import { perfectSubtrees } from '../../core/log/proof.ts';
import { rootOf } from '../../core/log/right-edge.ts';
import { entriesPath, TILE_WIDTH, tilePath, tileWidth } from '../../core/log/tile.ts';
import { MemoryCloud } from './memory-cloud.ts';

const signer = new MemoryCloud(new Uint8Array(32).fill(5)).signer();
export const ORIGIN = 'audit.example/acme/0000000b';
/** Of every log that is made here. */
export const VERIFIER_KEY = formatVerifierKey(ORIGIN, await signer.publicKey());
const START = Date.parse('2026-11-24T00:00:00Z');

/** The leaf of a record that differs from all others by its index; `event` adds to its event or replaces. */
export function madeLeaf(
  index: number,
  event: object = {},
  { source = 'https', at = START + index }: { source?: string; at?: number } = {},
): Uint8Array {
  const time = new Date(at).toISOString();
  const recorded = {
    schema_version: '1.0.0',
    event_id: `019ab3c4-0000-7000-8000-${String(index).padStart(12, '0')}`,
    event_type: 'DATA_ACCESSED',
    occurred_at: time,
    agent: { id: 'refund-agent', version: '1.4.0' },
    task: { id: `task-${Math.floor(index / 10)}` },
    payload: { operation: 'read', store: { kind: 'table', name: 'orders' }, record_count: 1 },
    ...event,
  };
  return canonicalBytes({
    record_version: '1.0.0',
    tenant_id: 'acme',
    recorded_at: time,
    event: recorded,
    content_hash: contentHash(recorded),
    ingest: { source },
    emitter: { id: 'emitter-1' },
    redactions: [],
    writer_version: '0.1.0',
  });
}

export function madeLeaves(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => madeLeaf(index));
}

/** The leaf that tells of a purge of everything below `minimumIndex`. */
export function purgeLeaf(index: number, minimumIndex: number, source = 'internal'): Uint8Array {
  const payload = { actor: { type: 'schedule', id: 'retention' }, after: { minimum_index: minimumIndex } };
  return madeLeaf(index, { event_type: 'RECORDS_PURGED', payload }, { source });
}

export async function signedCheckpoint(leaves: readonly Uint8Array[]): Promise<string> {
  return await signedRoot(leaves.length, perfectSubtrees(leaves.map((leaf) => leafHash(leaf))));
}

/** The checkpoint of `size` leaves whose perfect subtrees are `levels`, by height. */
export async function signedRoot(size: number, levels: readonly Uint8Array[][]): Promise<string> {
  const edge: Uint8Array[] = [];
  for (let level = levels.length - 1; level >= 0; level--) {
    // The last subtree of a height is on the edge where the size has that bit.
    const last = Math.floor(size / 2 ** level) % 2 === 1 ? levels[level]?.at(-1) : undefined;
    if (last) edge.push(last);
  }
  const text = checkpointText(ORIGIN, size, rootOf(edge));
  return await signedText(text);
}

export async function signedText(text: string): Promise<string> {
  return await signCheckpoint(text, VERIFIER_KEY, (message) => signer.sign(message));
}

/** The log of `leaves` as C2SP tlog-tiles, by path. */
export async function madeFiles(leaves: readonly Uint8Array[]): Promise<Map<string, Uint8Array>> {
  const files = new Map([['checkpoint', utf8(await signedCheckpoint(leaves))]]);
  for (let first = 0; first < leaves.length; first += TILE_WIDTH) {
    const bundle = leaves.slice(first, first + TILE_WIDTH);
    files.set(entriesPath(first / TILE_WIDTH, bundle.length), entryBundle(bundle));
  }
  const levels = perfectSubtrees(leaves.map((leaf) => leafHash(leaf)));
  for (let level = 0; 8 * level < levels.length; level++) {
    const hashes = levels[8 * level] ?? [];
    for (let tile = 0; tile * TILE_WIDTH < hashes.length; tile++) {
      const width = tileWidth(level, tile, leaves.length);
      const own = hashes.slice(tile * TILE_WIDTH, tile * TILE_WIDTH + width);
      files.set(tilePath(level, tile, width), concatBytes(...own));
    }
  }
  return files;
}

/** `bytes` with one bit turned at `position`, counted from the end where it is negative. */
export function bent(bytes: Uint8Array | undefined, position: number): Uint8Array {
  if (!bytes) throw new Error('there is nothing to bend');
  const copy = Uint8Array.from(bytes);
  const at = position < 0 ? copy.length + position : position;
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
