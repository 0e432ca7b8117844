import { expect, test } from '@jest/globals';
import { queryEvents } from '../../../core/query/page.ts';
import type { RetentionPolicy } from '../../../core/retention/policy.ts';
import { auditArchive } from '../../../core/sequencer/audit-archive.ts';
import { DAY, RetentionWorld, SHORT, START } from './retention-world.ts';

const ALL = { order: 'log', limit: 1_000, personal: false } as const;
const STRIDE = 21; // days between two batches, and two runs of the schedules
const YEAR = 365;

/** What the tenant sets at the beginning of a year. */
const POLICIES: Partial<RetentionPolicy>[] = [
  { max_days: 500 },
  { immutability_days: 90, min_days: 120 },
  { max_days: 300 },
  {},
  { immutability_days: 200, min_days: 200, max_days: 800 },
  { immutability_days: 30, min_days: 60, max_days: 200 },
  {},
];

async function set(world: RetentionWorld, change: Partial<RetentionPolicy>): Promise<RetentionPolicy> {
  const previous = world.policies.standing?.policy ?? SHORT;
  const policy = { ...previous, ...change };
  world.policies.standing = {
    version: (world.policies.standing?.version ?? 1) + 1,
    policy,
    changedAt: world.now,
    changedBy: { type: 'user', id: 'officer' },
    previous,
  };
  return policy;
}

test('seven years: policies change, holds come and go, keys rotate, records go when they are due, and it verifies at every year’s end', async () => {
  const world = await RetentionWorld.open();
  /** When the batch with each index was recorded, and which task it is of. */
  const recorded: { first: number; at: number; task: string }[] = [];
  const holds: { id: string; task: string; until: number }[] = [];
  const lines: number[] = [];
  let policy = SHORT;
  for (let year = 0; year < 7; year++) {
    policy = await set(world, POLICIES[year] ?? {});
    if (year % 2 === 1) await world.rotate(10 + year);
    const end = START + (year + 1) * YEAR * DAY;
    for (let batch = 0; world.now < end; batch++) {
      const task = `task-${year}-${batch}`;
      recorded.push({ first: world.cloud.head?.finalSize ?? 0, at: world.now, task });
      await world.record(5, { task, agent: `agent-${batch % 4}` });
      if (batch === 7) holds.push({ id: await world.hold({ task_id: task }), task, until: year + 2 });
      for (const hold of holds.filter(({ until }) => until === year && batch === 12))
        await world.release(hold.id);
      world.nextDay(STRIDE);
      const { open } = await world.morning();
      expect(open).toBeUndefined();
    }

    const verdict = await world.verify();
    expect(verdict).toMatchObject({ verified: true });
    expect(await auditArchive(await world.log(), world.now + 60_000)).toMatchObject({ outcome: 'sound' });
    const line = world.cloud.head?.purged?.below ?? 0;
    lines.push(line);
    const inForce = new Set(holds.filter(({ until }) => until > year).map(({ task }) => task));
    for (const { first, at, task } of recorded) {
      const there = (await queryEvents(world.reader, { task_id: task }, ALL)).total_count;
      const age = Math.floor((world.now - at) / DAY);
      // Nothing goes before its time, and nothing stays after it, but for what is held.
      if (first >= line || inForce.has(task)) expect([task, there]).toEqual([task, 5]);
      else expect([task, there]).toEqual([task, 0]);
      if (age <= policy.min_days) expect([task, there]).toEqual([task, 5]);
      if (age > Math.max(policy.max_days, 200) + STRIDE && !inForce.has(task))
        expect([task, there]).toEqual([task, 0]);
    }
  }
  expect(lines).toEqual([...lines].sort((a, b) => a - b));
  expect(lines.at(-1)).toBeGreaterThan(400);
  const chain = await queryEvents(world.reader, { event_type: ['KEY_ROTATED'] }, ALL);
  expect(chain.total_count).toBe(3);
  const certificates = [...world.cloud.archived.keys()].filter((key) => key.endsWith('.certificate.json'));
  expect(certificates.length).toBeGreaterThan(15);
});
