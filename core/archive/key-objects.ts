import { fromUtf8, utf8 } from '../encoding.ts';
import { leafHash } from '../log/merkle.ts';
import { appendToEdge } from '../log/right-edge.ts';
import type { Archive } from '../ports.ts';
import { inclusionJson } from '../receipt/entry.ts';
import type { KeyLink } from '../receipt/key-chain.ts';
import type { Segment } from '../sequencer/segment.ts';
import { keyLinkObject, keyObject } from './layout.ts';

/**
 * Where a batch hands over to another key, writes that key, and what shows that it follows from the one before: so a copy of
 * the archive alone holds the chain. Idempotent.
 */
export async function archiveKey(
  segment: Segment,
  checkpoint: string,
  archive: Pick<Archive, 'create'>,
  lockedUntil: number,
): Promise<void> {
  const { first, leaves, nextVerifierKey } = segment;
  const last = leaves.at(-1);
  if (nextVerifierKey === undefined || !last) return;
  const size = first + leaves.length;
  const before = leaves.slice(0, -1).map(({ bytes }) => leafHash(bytes));
  const { edge } = appendToEdge(segment.previousEdge, first, before);
  const link: KeyLink = {
    verifier_key: nextVerifierKey,
    first_size: size,
    rotation: {
      record: JSON.parse(fromUtf8(last.bytes)),
      // The path of a tree's last leaf is what stood before it: its perfect subtrees, the smallest first.
      proof: inclusionJson(size - 1, size, edge.toReversed()),
      checkpoint,
    },
  };
  await archive.create(keyLinkObject(size), utf8(`${JSON.stringify(link)}\n`), lockedUntil);
  await archive.create(keyObject(size), utf8(`${nextVerifierKey}\n`), lockedUntil);
}
