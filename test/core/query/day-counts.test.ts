import { expect, test } from '@jest/globals';
import { isGovernanceType } from '../../../core/event/event.ts';
import { CLOSED_KEY, lastClosedDay } from '../../../core/index/day-count.ts';
import { type EventFilter, select } from '../../../core/query/filter.ts';
import { countMatches } from '../../../core/query/matches.ts';
import { queryEvents } from '../../../core/query/page.ts';
import { closeDays } from '../../../core/sequencer/close-days.ts';
import type { Log } from '../../../core/sequencer/log.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { FilledLog, type Known } from './filled-log.ts';

const SEED = 20261126;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A log of some weeks, whose events come up to six days late. */
async function open(): Promise<FilledLog> {
  const filled = await FilledLog.open(SEED);
  filled.span = 6 * DAY;
  return filled;
}

async function append(filled: FilledLog, batches: number): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    filled.now += 7 * HOUR;
    filled.earliest = filled.now - 6 * DAY;
    await filled.appendBatch(1 + filled.random.below(25));
  }
}

function close(filled: FilledLog, log: Log = filled.log) {
  const { clock, random } = filled.log;
  return closeDays(log, { clock, random, deadline: filled.now + 60_000 });
}

function recount(known: readonly Known[], filter: EventFilter): number {
  const category = filter.category ?? (filter.event_type ? 'all' : 'agent');
  return known.filter(
    (event) =>
      (category === 'all' || isGovernanceType(event.eventType) === (category === 'governance')) &&
      (filter.event_type === undefined || filter.event_type.includes(event.eventType)) &&
      (filter.agent_id === undefined || event.agentId === filter.agent_id) &&
      (filter.user_id === undefined || event.userId === filter.user_id) &&
      (filter.from === undefined || event.occurredAt >= Date.parse(filter.from)) &&
      (filter.to === undefined || event.occurredAt < Date.parse(filter.to)),
  ).length;
}

function randomFilter(random: SeededRandom, now: number): EventFilter {
  const pick = <T>(values: readonly T[]) => values[random.below(values.length)] as T;
  const time = () => {
    const ms = now - random.below(25 * DAY);
    return new Date(random.chance(0.3) ? ms - (ms % DAY) : ms).toISOString();
  };
  return {
    ...(random.chance(0.4) && { agent_id: pick(['refunds', 'bookings', 'agent-audit-trail']) }),
    ...(random.chance(0.2) && { user_id: pick(['ann', 'ben']) }),
    ...(random.chance(0.4) && { event_type: [pick(['TOOL_CALLED', 'AUDIT_ACCESSED', 'TASK_COMPLETED'])] }),
    ...(random.chance(0.4) && { category: pick(['agent', 'governance', 'all'] as const) }),
    ...(random.chance(0.5) && { from: time() }),
    ...(random.chance(0.5) && { to: time() }),
  } as EventFilter;
}

async function expectExact(filled: FilledLog, random: SeededRandom, filters = 25): Promise<void> {
  for (let tried = 0; tried < filters; tried++) {
    const filter = tried === 0 ? {} : randomFilter(random, filled.now);
    const { total_count: total } = await queryEvents(filled.reader, filter, {
      order: 'occurred_at',
      limit: 1,
      personal: false,
    });
    expect({ filter, total }).toEqual({ filter, total: recount(filled.known, filter) });
  }
}

test('counts are exact before, between and after runs that close days, late events included', async () => {
  const filled = await open();
  const random = new SeededRandom(SEED);
  await append(filled, 15);
  await expectExact(filled, random);
  for (let run = 0; run < 4; run++) {
    expect((await close(filled)).days.length).toBeGreaterThan(0);
    await expectExact(filled, random);
    await append(filled, 8);
    await expectExact(filled, random);
  }
}, 60_000);

test('a closed day is counted once: a second run finds nothing to do, and a rerun writes the same', async () => {
  const filled = await open();
  await append(filled, 20);
  const { days } = await close(filled);
  expect(days.at(-1)).toBe(lastClosedDay(filled.cloud.head?.recordedAt ?? 0));
  expect(await close(filled)).toEqual({ days: [], open: false });
  const counts = () =>
    [...filled.cloud.items].filter(([address]) => address.startsWith('D#X')).map(([, item]) => item);
  const before = structuredClone(counts());
  await append(filled, 6); // late ones of the closed days among them
  filled.cloud.items.delete(`${CLOSED_KEY.pk}\u0000${CLOSED_KEY.sk}`);
  const again = await close(filled);
  expect(again.days.slice(0, days.length)).toEqual(days);
  for (const item of before) expect(counts()).toContainEqual(item);
});

test('a run that dies at any write leaves counts exact, and the next one ends what it began', async () => {
  for (const dies of [0, 1, 2, 3]) {
    const filled = await open();
    await append(filled, 16);
    let puts = 0;
    const table = {
      ...filled.log.table,
      put: (items: Parameters<Log['table']['put']>[0]) =>
        puts++ === dies ? Promise.reject(new Error('gone')) : filled.log.table.put(items),
    };
    await expect(close(filled, { ...filled.log, table })).rejects.toThrow('gone');
    await expectExact(filled, new SeededRandom(dies), 10);
    await close(filled);
    await expectExact(filled, new SeededRandom(dies), 10);
  }
}, 60_000);

test('a reader whose log is smaller than the one that was counted does not believe the count', async () => {
  const filled = await open();
  await append(filled, 16);
  const head = structuredClone(filled.cloud.head);
  const known = [...filled.known];
  await append(filled, 10);
  await close(filled);
  filled.cloud.head = head;
  const page = await queryEvents(filled.reader, {}, { order: 'occurred_at', limit: 1, personal: false });
  expect(page.total_count).toBe(recount(known, {}));
});

test('once days are closed, a count reads them and no posting of theirs', async () => {
  const filled = await open();
  await append(filled, 60);
  const { days } = await close(filled);
  const read: string[] = [];
  const table = {
    ...filled.reader.table,
    query: async (range: Parameters<typeof filled.reader.table.query>[0]) => {
      const page = await filled.reader.table.query(range);
      read.push(...page.items.filter(({ pk }) => pk.startsWith('X#')).map(({ sk }) => sk.slice(0, 10)));
      return page;
    },
  };
  const size = filled.cloud.head?.finalSize ?? 0;
  for (const filter of [{}, { agent_id: 'refunds' }, { event_type: ['TOOL_CALLED' as const] }]) {
    read.length = 0;
    const total = await countMatches(table, select(filter, filled.reader.keys.index), size);
    expect(total).toBe(recount(filled.known, filter));
    expect(days.length).toBeGreaterThan(12);
    for (const day of read) expect(day > (days.at(-1) ?? '')).toBe(true);
  }
});
