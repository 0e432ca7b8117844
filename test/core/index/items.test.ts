import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fromHex, utf8 } from '../../../core/encoding.ts';
import { EVENT_TYPES } from '../../../core/event/event.ts';
import { batchEntries, batchItems, unpackBatch } from '../../../core/index/batch-item.ts';
import { eventItem, eventPosition, unpackEvent } from '../../../core/index/event-item.ts';
import { findByTag, hashItems, hashPartition } from '../../../core/index/hash-item.ts';
import {
  batchPartition,
  eventKey,
  hourOf,
  minuteOf,
  nodeKey,
  postingPartition,
} from '../../../core/index/keys.ts';
import { packUuid, unpackUuid } from '../../../core/index/packing.ts';
import { type PostingEntry, postingCount, postingItems, unpackPosting } from '../../../core/index/posting.ts';
import { deriveTenantKeys, hashTag } from '../../../core/index/tenant-keys.ts';
import { typeCode, typeOfCode } from '../../../core/index/type-code.ts';
import type { Item } from '../../../core/ports.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';

const NOON = Date.UTC(2026, 10, 24, 12, 0, 0);
const idOf = (n: number) => `01932f3c-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

function entriesAt(times: number[], first = 0): PostingEntry[] {
  return times.map((occurredAt, n) => ({
    index: first + n,
    eventId: idOf(first + n),
    occurredAt,
    type: 'TOOL_CALLED' as const,
  }));
}

import { unpackCounts } from '../../../core/index/day-count.ts';
import { readRotations } from '../../../core/index/rotation-item.ts';

describe('posting lists', () => {
  test('what was packed is read back, whatever the times', () => {
    const time = fc.integer({ min: NOON - 7_200_000, max: NOON + 7_200_000 });
    fc.assert(
      fc.property(
        fc.array(time, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        (times, first) => {
          const entries = entriesAt(times, first);
          const items = postingItems('X#a', first, entries);
          expect(items.flatMap(unpackPosting).sort((a, b) => a.index - b.index)).toEqual(entries);
          expect(items.reduce((sum, item) => sum + postingCount(item), 0)).toBe(times.length);
          expect(new Set(items.map((item) => item.sk)).size).toBe(items.length);
        },
      ),
    );
  });

  test('fewer than 64 entries of an hour make one item, more make one a minute', () => {
    const minutes = Array.from({ length: 63 }, (_, n) => NOON + n * 50_000);
    expect(postingItems('X#a', 0, entriesAt(minutes)).map((item) => item.sk)).toEqual([
      '2026-11-24T12#00000000000000000000',
    ]);
    const more = postingItems('X#a', 0, entriesAt([...minutes, NOON]));
    expect(more.length).toBeGreaterThan(40);
    expect(more[0]?.sk).toBe('2026-11-24T12:00#00000000000000000000#00');
  });

  test('no item holds more than 4,000 entries', () => {
    const items = postingItems('X#a', 0, entriesAt(Array.from({ length: 9_001 }, () => NOON)));
    expect(items.map(postingCount)).toEqual([4_000, 4_000, 1_001]);
  });

  test('an item that is none is an integrity error', () => {
    expect(() => unpackPosting({ pk: 'X#a', sk: 's', first: 0, entries: new Uint8Array(24) })).toThrow(
      'not a posting item',
    );
  });

  test('the partition tells nothing of the value, and differs by dimension and key', () => {
    const key = utf8('k');
    const names = [
      postingPartition(key, 'user_id', 'u-1'),
      postingPartition(key, 'task_id', 'u-1'),
      postingPartition(utf8('other'), 'user_id', 'u-1'),
    ];
    expect(new Set(names).size).toBe(3);
    expect(names.join('')).not.toContain('u-1');
  });
});

describe('batch items', () => {
  const batch = (first: number, count: number) => ({
    first,
    entries: Array.from({ length: count }, (_, n) => ({
      eventId: idOf(n),
      occurredAt: NOON + n,
      type: 'TASK_INITIATED' as const,
      leafHash: new Uint8Array(32).fill(n % 256),
    })),
    size: first + count,
    root: new Uint8Array(32).fill(7),
    checkpoint: 'note',
    recordedAt: NOON,
  });

  test('a batch is read back whole, cut at 4,000 entries and where a partition ends', () => {
    const items = batchItems(batch(999_000, 6_000));
    expect(items.map((item) => [item.pk, item['first'], item['n']])).toEqual([
      ['B#0', 999_000, 1_000],
      ['B#1', 1_000_000, 4_000],
      ['B#1', 1_004_000, 1_000],
    ]);
    const read = items.map(unpackBatch);
    expect(read.flatMap(batchEntries)).toEqual(batch(999_000, 6_000).entries);
    expect(read.every((item) => item.batchFirst === 999_000 && item.size === 1_005_000)).toBe(true);
    expect(read[0]).not.toHaveProperty('disclosures');
  });

  test('the disclosures of a batch are named by its items', () => {
    expect(
      batchItems({ ...batch(0, 1), disclosures: 'disclosures/d' }).map(unpackBatch)[0]?.disclosures,
    ).toBe('disclosures/d');
  });

  test('an item that is none is an integrity error', () => {
    expect(() => unpackBatch({ pk: 'B#0', sk: 's' })).toThrow('not a batch item');
  });
});

describe('event items', () => {
  const event = (leaf: Uint8Array) => ({
    eventId: idOf(1),
    index: 5,
    leafHash: new Uint8Array(32),
    dedupeTag: new Uint8Array(16),
    leaf,
  });

  test('a leaf is compressed when that saves a write unit, and only then', () => {
    const small = eventItem(event(utf8('{}')), zlibCodec);
    const large = eventItem(event(utf8(`{"a":"${'x'.repeat(3_000)}"}`)), zlibCodec);
    expect([Object.hasOwn(small, 'r'), Object.hasOwn(small, 'z')]).toEqual([true, false]);
    expect([Object.hasOwn(large, 'r'), Object.hasOwn(large, 'z')]).toEqual([false, true]);
    for (const item of [small, large]) expect(unpackEvent(item, zlibCodec).leaf[0]).toBe(0x7b);
    expect(eventPosition(large)).toEqual({ eventId: idOf(1), index: 5, dedupeTag: new Uint8Array(16) });
  });

  test('a compressed leaf that grows beyond its bound is refused', () => {
    const bomb: Item = {
      pk: 'E',
      sk: idOf(1),
      i: 0,
      d: new Uint8Array(16),
      h: new Uint8Array(32),
      z: zlibCodec.deflate(new Uint8Array(10_000_000)),
    };
    expect(() => unpackEvent(bomb, zlibCodec)).toThrow('more than 65536 bytes');
  });

  test('an item that is none is an integrity error', () => {
    const whole = eventItem(event(utf8('{}')), zlibCodec);
    expect(() => eventPosition({ pk: 'E', sk: 's' })).toThrow('not an event item');
    expect(() => unpackEvent({ pk: 'E', sk: 's' }, zlibCodec)).toThrow('not an event item');
    const { r: _, ...without } = whole;
    expect(() => unpackEvent(without as Item, zlibCodec)).toThrow('not an event item');
  });
});

describe('the hash index', () => {
  test('a record is found by the tag of its content hash, among others', () => {
    const { dedupe } = deriveTenantKeys('s'.repeat(32));
    const entries = Array.from({ length: 5_000 }, (_, n) => ({
      tag: hashTag(dedupe, `sha256:${n}`),
      index: n,
      eventId: idOf(n),
    }));
    const items = hashItems(0, entries);
    expect(new Set(items.map((item) => item.pk)).size).toBe(16);
    for (const entry of entries.slice(0, 50)) {
      const found = items
        .filter((item) => item.pk === hashPartition(entry.tag))
        .flatMap((item) => findByTag(item, entry.tag));
      expect(found).toEqual([entry]);
    }
  });

  test('an item that is none is an integrity error', () => {
    expect(() => findByTag({ pk: 'C#0', sk: 's' }, new Uint8Array(16))).toThrow(
      'not an item of the hash index',
    );
  });
});

describe('keys', () => {
  test('hours and minutes are UTC, and an hour sorts before its minutes', () => {
    expect(hourOf(NOON)).toBe('2026-11-24T12');
    expect(minuteOf(NOON + 61_000)).toBe('2026-11-24T12:01');
    expect(`${hourOf(NOON)}#` < `${minuteOf(NOON)}#`).toBe(true);
  });

  test('an event lies where its id says: the hour of its time, and a shard', () => {
    const id = '0193e8a4-6c00-7abc-8def-00000000000f';
    expect(eventKey(id)).toEqual({ pk: `E#${hourOf(0x0193e8a46c00)}#7`, sk: id });
  });

  test('batches of a million indices share a partition; node keys sort by offset', () => {
    expect([batchPartition(0), batchPartition(999_999), batchPartition(1_000_000)]).toEqual([
      'B#0',
      'B#0',
      'B#1',
    ]);
    expect(nodeKey(1, 2, 7)).toEqual({ pk: 'T#1#2', sk: '007' });
  });

  test('every event type has an octet of its own, and no other octet has a type', () => {
    const codes = EVENT_TYPES.map(typeCode);
    expect(new Set(codes).size).toBe(EVENT_TYPES.length);
    expect(codes.map(typeOfCode)).toEqual([...EVENT_TYPES]);
    expect(() => typeOfCode(255)).toThrow('no event type has the code 255');
  });

  test('a UUID is sixteen octets, and nothing else is', () => {
    expect(unpackUuid(packUuid(idOf(7)))).toBe(idOf(7));
    expect(() => packUuid('0193')).toThrow('not a UUID');
  });

  test('one secret gives four keys that differ; a short one none', () => {
    const keys = Object.values(deriveTenantKeys('s'.repeat(32))).map((key) => key.join());
    expect(new Set(keys).size).toBe(4);
    expect(() => deriveTenantKeys('short')).toThrow('shorter than 32');
    expect(fromHex('00')).toHaveLength(1);
  });
});

test('a day’s count or a key rotation that is none is an integrity error', async () => {
  expect(() => unpackCounts({ pk: 'N#a', sk: '2026-11-24', d: '{' })).toThrow(
    "not a day's count: N#a 2026-11-24",
  );
  const rotation = { pk: 'LOG', sk: 'ROTATION#1', first_size: 4, previous: 'key', verifier_key: 'key' };
  const table = { query: async () => ({ items: [rotation] }) };
  await expect(readRotations(table)).rejects.toMatchObject({ code: 'integrity' });
});
