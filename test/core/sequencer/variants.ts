import { utf8 } from '../../../core/encoding.ts';
import { commitObject } from '../../../core/index/keys.ts';
import { checkpointText } from '../../../core/log/checkpoint.ts';
import type { Head } from '../../../core/ports.ts';
import { decodeSegment } from '../../../core/sequencer/segment.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { history } from './history.ts';
import { violations } from './invariants.ts';
import type { Flaws } from './world.ts';

/** The eight shortcuts that a model showed to be wrong (sequencing), each as a port that takes it. */
export const VARIANTS: Record<string, Flaws> = {
  /** A committed head is taken for a final one: the next batch goes on top of what nobody finished. */
  'no finish-first': {
    port: (log, world) => ({
      ...log,
      heads: {
        ...log.heads,
        read: async () => {
          const head = await log.heads.read();
          return head?.state === 'COMMITTED' ? asFinal(head) : head;
        },
        commit: async (next, expected) => {
          const { head } = world.cloud;
          if (head?.state === 'COMMITTED' && head.size === expected.size) world.cloud.head = asFinal(head);
          return await log.heads.commit(next, expected);
        },
      },
    }),
  },

  /** A key that the table did not get to is taken for one that is not there. */
  'unprocessed keys read as absent': {
    port: (log) => ({
      ...log,
      table: { ...log.table, get: async (keys) => ({ ...(await log.table.get(keys)), unprocessed: [] }) },
    }),
  },

  /** The archive's marker carries the new size, so a head that was rolled back does not meet its old successor. */
  'marker named by the new size': {
    port: (log) => ({
      ...log,
      archive: {
        ...log.archive,
        create: (key, bytes, retainUntil) => {
          if (!key.startsWith('commit/')) return log.archive.create(key, bytes, retainUntil);
          const { first, leaves } = decodeSegment(bytes, zlibCodec);
          return log.archive.create(`${commitObject(first + leaves.length)}-by-size`, bytes, retainUntil);
        },
      },
    }),
  },

  /** A writer whose swap was refused tidies its staging object up, which another writer may have committed. */
  'a loser deletes its staging object': {
    faults: { answerLost: 0.15, crash: 0.08 },
    port: (log, world) => ({
      ...log,
      heads: {
        ...log.heads,
        commit: async (next, expected) => {
          const answer = await log.heads.commit(next, expected);
          if (!answer.committed && next.batch) world.cloud.work.delete(next.batch.staging);
          return answer;
        },
      },
    }),
  },

  /** Disclosures stand under the event's id: a second delivery, salted anew, overwrites what the record needs. */
  'disclosures keyed by event id': { disclosuresByEventId: true },

  /** A hold is a flag on the record's item: a late duplicate write of the item removes it. */
  'hold flags on the event item': { holdsOnTheRecord: true },

  /** The newest checkpoint is written without a look at what stands there: a late writer turns it back. */
  'a mutable checkpoint written blindly': {
    faults: { freeze: 0.1 },
    port: (log, world) => ({
      ...log,
      heads: {
        ...log.heads,
        finalise: async (size, root, checkpoint) => {
          await log.heads.finalise(size, root, checkpoint);
          await world.scheduler.gate({ store: 'head', operation: 'checkpoint', idempotent: true }, () => {
            if (world.cloud.head) world.cloud.head = { ...world.cloud.head, checkpoint };
          });
        },
      },
    }),
  },

  /** The checkpoint is signed before the swap decides whether there will be such a head. */
  'signing before the swap': {
    port: (log) => ({
      ...log,
      heads: {
        ...log.heads,
        commit: async (next, expected) => {
          await log.signers[0].sign(utf8(checkpointText(log.origin, next.size, next.root)));
          return await log.heads.commit(next, expected);
        },
      },
    }),
  },
};

/** Whether the invariants notice the shortcut in the history of `seed`; one of them shows only once a table was rolled back. */
export async function noticed(name: string, flaws: Flaws, seed: number): Promise<boolean> {
  const rollBack = name.startsWith('marker');
  const found = violations(await history(seed, flaws, rollBack));
  return found.some((text) => !rollBack || text.startsWith('two roots') || text.includes('goes on at'));
}

function asFinal(head: Head): Head {
  const { batch: _, ...rest } = head;
  return { ...rest, state: 'FINAL' };
}
