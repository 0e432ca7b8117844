import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AuditEvent } from '../../../core/event/event.ts';
import {
  joinDigests,
  joinRanges,
  type SeqRange,
  taskItems,
  unpackDigest,
} from '../../../core/index/task-digest.ts';
import { eventOf } from '../event/examples.ts';

const KEY = new Uint8Array(32).fill(7);

function placed(seqs: readonly number[], instance = 'one') {
  return seqs.map((seq, index) => {
    const event = eventOf('TOOL_CALLED');
    const made: AuditEvent = {
      ...event,
      agent: { ...event.agent, instance_id: instance },
      task: { id: 't', seq },
    };
    return { index, event: made };
  });
}

test('ranges joined hold the same numbers, each once, in order', () => {
  const range = fc.tuple(fc.nat(60), fc.nat(5)).map(([from, more]): SeqRange => [from, from + more]);
  fc.assert(
    fc.property(fc.array(range), (ranges) => {
      const numbers = (of: readonly SeqRange[]) =>
        of.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, offset) => from + offset));
      const joined = joinRanges(ranges);
      expect(numbers(joined)).toEqual([...new Set(numbers(ranges))].sort((a, b) => a - b));
      for (const [position, [from]] of joined.entries())
        expect(from).toBeGreaterThan((joined[position - 1]?.[1] ?? -2) + 1);
    }),
  );
});

test('digests of batches say together what one digest of all says', () => {
  const all = placed([0, 1, 2, 3, 7, 8, 5]);
  const [whole] = taskItems(0, all, KEY).map(unpackDigest);
  const parts = [all.slice(0, 2), all.slice(2, 5), all.slice(5)].flatMap((part) =>
    taskItems(0, part, KEY).map(unpackDigest),
  );
  expect(joinDigests(parts)).toEqual(JSON.parse(JSON.stringify(whole)));
  expect(Object.values(whole?.seqs ?? {})).toEqual([
    [
      [0, 3],
      [5, 5],
      [7, 8],
    ],
  ]);
});

describe('what a hostile sender can make of a digest', () => {
  const MOST = 10_000; // events of a batch

  test('as many instances and gaps as a batch has events stay within an item', () => {
    const events = placed(Array.from({ length: MOST }, (_, index) => 2 * index)).map(({ index, event }) => ({
      index,
      event: { ...event, agent: { ...event.agent, instance_id: `i${index}`.padEnd(256, 'x') } },
    }));
    const [item] = taskItems(0, events, KEY);
    expect(String(item?.['d']).length).toBeLessThan(400 * 1_024);
  });

  test('as many starts and ends as a batch has events stay within an item', () => {
    const start = eventOf('TASK_INITIATED');
    const events = Array.from({ length: MOST }, (_, index) => ({
      index,
      event: { ...start, task: { id: 'x'.repeat(256) }, agent: { ...start.agent, id: 'y'.repeat(256) } },
    }));
    const [item] = taskItems(0, events, KEY);
    expect(String(item?.['d']).length).toBeLessThan(4_000);
  });
});

test.each([['no JSON'], ['{}'], [undefined]])(
  'an item that holds %j in place of a digest is corruption',
  (d) => {
    const [item] = taskItems(0, placed([0]), KEY);
    if (!item) throw new Error('no item');
    const { d: _, ...rest } = item;
    const damaged = d === undefined ? rest : { ...rest, d };
    expect(() => unpackDigest(damaged)).toThrow(expect.objectContaining({ code: 'integrity' }));
  },
);
