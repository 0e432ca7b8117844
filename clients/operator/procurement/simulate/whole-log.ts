import { fromUtf8 } from '../../../../core/encoding.ts';
import { readEntryBundle } from '../../../../core/log/entry-bundle.ts';
import { leafHash } from '../../../../core/log/merkle.ts';
import { entriesPath, TILE_WIDTH } from '../../../../core/log/tile.ts';
import { openTrusted } from '../../../../core/receipt/key-chain.ts';
import type { Verdict } from '../../../../core/receipt/verify.ts';
import { verifyTiles } from '../../../../core/receipt/verify-tiles.ts';
import { asText } from '../../../../core/receipt/whole-tree.ts';
import type { AuditRecord } from '../../../../core/record/record.ts';
import type { Session } from './session.ts';

/** A longer log is not read for a question: `npm run verify` reads logs of any size. */
const MOST_RECORDS = 100_000;

/** A record of the published log, and its place in it. */
export interface Leaf {
  readonly index: number;
  /** RFC 6962 leaf hash. */
  readonly hash: Uint8Array;
  readonly record: AuditRecord;
}

/** The log as it is published: every leaf hashed up to the signed root. */
export interface WholeLog {
  /** `undefined` where the log is longer than is read for a question. */
  readonly verdict: Verdict | undefined;
  readonly size: number;
  /** Those that are there: none unless it verified, and none that were purged. */
  readonly leaves: readonly Leaf[];
}

/** The signed head of the log as it is now, a note. */
export async function readCheckpoint(session: Session): Promise<string> {
  session.note('GET /v1/audit/log/checkpoint');
  return asText((await session.api.log.read('checkpoint')) ?? new Uint8Array()) ?? '';
}

/**
 * Reads the log as anybody with a token can: bundles and tiles, not the index that answers searches. The log has to
 * extend `since`, a checkpoint that was taken earlier.
 */
export async function readWholeLog(session: Session, since: string): Promise<WholeLog> {
  const trust = await session.trust();
  const { log } = session.api;
  const note = await readCheckpoint(session);
  const head = openTrusted(note, trust);
  const size = head.ok ? head.checkpoint.size : 0;
  if (size > MOST_RECORDS) return { verdict: undefined, size, leaves: [] };
  session.note(`GET /v1/audit/log/tile/… (all bundles and hash tiles of ${size} records)`);
  const bundles = new Map<string, Uint8Array>();
  const files = {
    read: async (path: string) => {
      if (path === 'checkpoint') return new TextEncoder().encode(note);
      const bytes = await log.read(path);
      if (bytes && path.startsWith('tile/entries/')) bundles.set(path, bytes);
      return bytes;
    },
  };
  const verdict = await verifyTiles(files, trust, { other: since });
  return { verdict, size, leaves: verdict.verified ? leavesOf(bundles, size) : [] };
}

function leavesOf(bundles: ReadonlyMap<string, Uint8Array>, size: number): Leaf[] {
  const leaves: Leaf[] = [];
  for (let first = 0; first < size; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, size - first);
    const bytes = bundles.get(entriesPath(first / TILE_WIDTH, width));
    const read = bytes && readEntryBundle(bytes, width);
    for (const [position, leaf] of (read ?? []).entries())
      leaves.push({ index: first + position, hash: leafHash(leaf), record: JSON.parse(fromUtf8(leaf)) });
  }
  return leaves;
}
