import { v7 } from 'uuid';
import { hmacSha256 } from '#crypto';
import { utf8 } from '../../core/encoding.ts';
import type { Candidate } from '../../core/sequencer/append.ts';
import { makeLeaf } from '../core/sequencer/leaf.ts';
import { OWN_KEYS } from './own-log.ts';

/** `count` events of now that want to become records of a log of its own. */
export function candidates(count: number): Candidate[] {
  const at = Date.now();
  return Array.from({ length: count }, (_, n) => {
    const eventId = v7();
    return {
      eventId,
      dedupeTag: hmacSha256(OWN_KEYS.dedupe, utf8(eventId)).subarray(0, 16),
      leaf: (recordedAt) => makeLeaf({ eventId, text: `task ${n % 10}`, at, salt: 'salt', recordedAt }),
    };
  });
}
