import { expect, test } from '@jest/globals';
import { fromUtf8, utf8 } from '../../../core/encoding.ts';
import { unpackEvent } from '../../../core/index/event-item.ts';
import type { EventFilter } from '../../../core/query/filter.ts';
import { type EventPage, type Order, queryEvents } from '../../../core/query/page.ts';
import { verifyPage } from '../../../core/receipt/verify.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { FilledLog } from './filled-log.ts';
import { randomFilter, recount } from './recount.ts';

const SEED = 20261124;

test('every filter and combination is counted exactly and answered in order', async () => {
  const filled = await FilledLog.open(SEED);
  await filled.append(12, 20);
  await filled.appendBatch(420); // more than 64 of an hour: postings by the minute
  await filled.append(5, 3);
  const random = new SeededRandom(SEED + 1);
  const filters = [
    {},
    { category: 'all' as const },
    ...Array.from({ length: 50 }, () => randomFilter(random)),
  ];
  for (const filter of filters) {
    for (const order of ['occurred_at', 'log'] as const) {
      const expected = recount(filled.known, filter, order);
      const page = await queryEvents(filled.reader, filter, { order, limit: 40, personal: false });
      expect({ filter, order, total: page.total_count }).toEqual({ filter, order, total: expected.length });
      expect(idsOf(page)).toEqual(expected.slice(0, 40).map(({ eventId }) => eventId));
    }
  }
}, 60_000);

test.each(['occurred_at', 'log'] as const)('paging by %s shows every event once, in order', async (order) => {
  const filled = await FilledLog.open(SEED);
  await filled.append(12, 12);
  for (const filter of [{}, { category: 'all' as const }, { agent_id: 'refunds', user_id: 'ann' }]) {
    const expected = recount(filled.known, filter, order);
    const { ids } = await walk(filled, filter, order, 7);
    expect(ids).toEqual(expected.map(({ eventId }) => eventId));
  }
});

test('a walk in the order of occurrence is a snapshot, whatever is appended meanwhile', async () => {
  const filled = await FilledLog.open(SEED);
  await filled.append(10, 20);
  const expected = recount(filled.known, {}, 'occurred_at').map(({ eventId }) => eventId);
  const { ids, totals } = await walk(filled, {}, 'occurred_at', 9, () => filled.append(1, 20));
  expect(ids).toEqual(expected);
  expect(new Set(totals)).toEqual(new Set([expected.length]));
});

test('a poller in the order of the log sees everything once, late events included', async () => {
  const filled = await FilledLog.open(SEED);
  await filled.append(3, 20);
  for (const filter of [{}, { task_id: 'task-3' }, { event_type: ['TOOL_CALLED' as const] }]) {
    const seen: string[] = [];
    let cursor: string | undefined;
    let total = 0;
    for (let poll = 0; poll < 12; poll++) {
      const page = await queryEvents(filled.reader, filter, {
        order: 'log',
        limit: 50,
        cursor,
        personal: false,
      });
      seen.push(...idsOf(page));
      total = page.total_count;
      expect(page.next_cursor).not.toBeNull();
      cursor = page.next_cursor ?? undefined;
      if (poll % 3 === 0) await filled.append(2, 15);
    }
    const expected = recount(filled.known, filter, 'log').map(({ eventId }) => eventId);
    expect(seen).toEqual(expected);
    expect(total).toBe(expected.length);
  }
});

test('a page verifies by itself, whatever size the log has', async () => {
  const filled = await FilledLog.open(SEED);
  for (const size of [1, 1, 3, 250, 1, 2, 10]) {
    await filled.appendBatch(size);
    const page = await queryEvents(
      filled.reader,
      { category: 'all' },
      { order: 'log', limit: 1_000, personal: false },
    );
    const verdict = await verifyPage(JSON.parse(JSON.stringify(page)), filled.verifierKey);
    expect(verdict).toMatchObject({ verified: true, shown: { count: filled.known.length, missing: 0 } });
  }
});

test('an empty log has an empty page', async () => {
  const filled = await FilledLog.open(SEED);
  for (const order of ['occurred_at', 'log'] as const) {
    const page = await queryEvents(filled.reader, {}, { order, limit: 10, personal: false });
    expect(page).toMatchObject({ events: [], total_count: 0 });
  }
});

test('what is committed and not yet final is not shown', async () => {
  const filled = await FilledLog.open(SEED);
  await filled.append(2, 5);
  const before = await queryEvents(
    filled.reader,
    { category: 'all' },
    { order: 'log', limit: 99, personal: false },
  );
  const final = filled.cloud.head;
  await filled.append(1, 5);
  if (final) filled.cloud.head = final; // its items are in the table, the head does not say so yet
  for (const order of ['log', 'occurred_at'] as const) {
    const page = await queryEvents(filled.reader, { category: 'all' }, { order, limit: 99, personal: false });
    expect(page.total_count).toBe(before.total_count);
    expect(idsOf(page).sort()).toEqual(idsOf(before).sort());
  }
});

test('a cursor serves its own question alone, and not when it was altered', async () => {
  const filled = await FilledLog.open(SEED);
  await filled.append(5, 20);
  const ask = (filter: EventFilter, order: Order, cursor: string) =>
    queryEvents(filled.reader, filter, { order, limit: 5, cursor, personal: false });
  const first = await queryEvents(filled.reader, {}, { order: 'occurred_at', limit: 5, personal: false });
  const cursor = first.next_cursor ?? '';
  await expect(ask({}, 'occurred_at', cursor)).resolves.toMatchObject({ total_count: first.total_count });
  await expect(ask({ agent_id: 'refunds' }, 'occurred_at', cursor)).rejects.toMatchObject(REFUSED);
  await expect(ask({}, 'log', cursor)).rejects.toMatchObject(REFUSED);
  for (let position = 0; position < cursor.length; position += 3) {
    const letter = cursor[position] === 'A' ? 'B' : 'A';
    const altered = cursor.slice(0, position) + letter + cursor.slice(position + 1);
    await expect(ask({}, 'occurred_at', altered)).rejects.toMatchObject(REFUSED);
  }
  for (const strange of ['', '!', 'AAAA', 'A'.repeat(5_000)])
    await expect(ask({}, 'occurred_at', strange)).rejects.toMatchObject(REFUSED);
});

test('a record that the index names and the table lacks ends the page: it is no shorter one', async () => {
  const filled = await FilledLog.open(SEED);
  await filled.appendBatch(4);
  const ask = () =>
    queryEvents(filled.reader, { category: 'all' }, { order: 'log', limit: 9, personal: false });
  expect((await ask()).events).toHaveLength(4);
  const [key = ''] = [...filled.cloud.items].find(([, { pk, i }]) => pk.startsWith('E#') && i === 2) ?? [];
  expect(filled.cloud.items.delete(key)).toBe(true);
  await expect(ask()).rejects.toMatchObject({
    code: 'integrity',
    message: expect.stringContaining('names a record at 2'),
  });
});

test.each([
  ['another tenant', (leaf: string) => leaf.replace('"acme"', '"evil"')],
  ['no JSON', (leaf: string) => leaf.slice(1)],
  ['not the canonical form', (leaf: string) => ` ${leaf}`],
])('a record that was altered in the table is not given out: %s', async (_, alter) => {
  const filled = await FilledLog.open(SEED);
  await filled.appendBatch(4);
  const [victim] = [...filled.cloud.items.values()].filter(({ pk }) => pk.startsWith('E#'));
  if (!victim) throw new Error('no event item');
  const { leaf } = unpackEvent(victim, filled.reader.codec);
  const { z: _packed, ...rest } = victim;
  filled.cloud.items.set(`${victim.pk}\u0000${victim.sk}`, { ...rest, r: utf8(alter(fromUtf8(leaf))) });
  const ask = queryEvents(filled.reader, { category: 'all' }, { order: 'log', limit: 9, personal: false });
  await expect(ask).rejects.toMatchObject({ code: 'integrity' });
});

const REFUSED = { code: 'invalid_request', field: 'cursor' };

function idsOf(page: EventPage): string[] {
  return page.events.map(({ record }) => record.event.event_id);
}

async function walk(
  filled: FilledLog,
  filter: EventFilter,
  order: Order,
  limit: number,
  between: () => Promise<void> = async () => {},
) {
  const ids: string[] = [];
  const totals: number[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await queryEvents(filled.reader, filter, { order, limit, cursor, personal: false });
    ids.push(...idsOf(page));
    totals.push(page.total_count);
    cursor = page.next_cursor ?? undefined;
    if (cursor === undefined || page.events.length === 0) return { ids, totals };
    await between();
  }
}
