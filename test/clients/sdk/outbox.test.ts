import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { AuditTrail } from '../../../clients/sdk/audit-trail.ts';
import { DEFAULT_RETRY } from '../../../clients/sdk/backoff.ts';
import { contentHash } from '../../../core/event/canonical.ts';
import { allOf, MemoryTransport, memoryTrail } from './memory-transport.ts';

const retry = (reason = 'outage') => ({ outcome: 'retry', reason }) as const;
const linesOf = (directory: string, name: string) =>
  readFileSync(join(directory, name), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

function fill(trail: AuditTrail, count: number) {
  const task = trail.startTask({ goal: 'g', user_id: 'u' });
  for (let index = 1; index < count; index++) task.message({ role: 'user', content: index });
  return task;
}

test('what waits goes out together, in order, once', async () => {
  const { trail, transport } = memoryTrail();
  fill(trail, 250);
  await trail.close();
  expect(transport.calls.map((call) => call.length)).toEqual([100, 100, 50]);
  expect(transport.events().map(({ task }) => task?.seq)).toEqual([...Array(250).keys()]);
});

test('an outage is retried with growing, jittered waits, and no event comes twice or is lost', async () => {
  const { trail, transport, clock, problems } = memoryTrail();
  transport.answers.push(
    () => Promise.reject(new Error('connection reset')),
    (events) => ({ verdicts: events.map((_, index) => (index === 1 ? { outcome: 'taken' } : retry())) }),
  );
  fill(trail, 3);
  expect(await trail.close()).toEqual({ taken: 3, rejected: 0, unsent: 0 });
  expect(transport.calls.map((call) => call.length)).toEqual([3, 3, 2]);
  expect(new Set(transport.taken.map(({ event_id }) => event_id)).size).toBe(3);
  const [, first = -1, second = -1] = clock.slept;
  expect(first).toBeLessThan(DEFAULT_RETRY.baseMs);
  expect(second).toBeLessThan(2 * DEFAULT_RETRY.baseMs);
  expect(problems).toEqual([]);
});

test('a time that the server names is obeyed, up to the cap', async () => {
  const { trail, transport, clock } = memoryTrail();
  transport.answers.push(
    (events) => ({ ...allOf(events, retry()), retryAfterMs: 3_000 }),
    (events) => ({ ...allOf(events, retry()), retryAfterMs: 3_600_000 }),
  );
  fill(trail, 1);
  await trail.close();
  expect(clock.slept.slice(1)).toEqual([3_000, DEFAULT_RETRY.capMs]);
});

test('a lasting outage ends on disk, is said, and the next start sends it', async () => {
  const first = memoryTrail();
  const outage = Array.from(
    { length: DEFAULT_RETRY.attempts },
    () => () => Promise.reject(new Error('down')),
  );
  first.transport.answers.push(...outage);
  fill(first.trail, 2);
  expect(await first.trail.close()).toEqual({ taken: 0, rejected: 0, unsent: 2 });
  expect(first.problems[0]).toMatchObject({ code: 'undelivered', message: expect.stringContaining('down') });
  expect(linesOf(first.directory, 'spill.ndjson')).toHaveLength(2);

  const second = memoryTrail({ directory: first.base });
  await second.trail.close();
  expect(second.transport.events().map(({ event_type }) => event_type)).toEqual([
    'TASK_INITIATED',
    'MESSAGE_EXCHANGED',
  ]);
  expect(readdirSync(first.directory)).toEqual(['receipts.ndjson']);
});

test('an event that lay on disk beyond the age that the writer takes gets a new id and names the old one', async () => {
  const first = memoryTrail({ retry: { attempts: 1 } });
  first.transport.answers.push(() => Promise.reject(new Error('down')));
  const { eventId } = fill(first.trail, 1);
  await first.trail.close();
  first.clock.advance(31 * 24 * 3_600_000);

  const { trail, transport } = memoryTrail({ directory: first.base, clock: first.clock });
  await trail.close();
  const [event] = transport.events();
  expect(event?.event_id).not.toBe(eventId);
  expect(event).toMatchObject({ labels: { replay_of: eventId }, occurred_at: '2026-11-24T09:00:00.000Z' });
  expect(transport.taken[0]?.content_hash).toBe(contentHash(event ?? {}));
});

test('what was meant for one tenant is never sent to another that shares the folder', async () => {
  const acme = memoryTrail({ retry: { attempts: 1 } });
  const outage = () => Promise.reject(new Error('down'));
  acme.transport.answers.push(outage);
  fill(acme.trail, 1);
  await acme.trail.close();

  const globex = Object.assign(new MemoryTransport(), { destination: 'memory:globex' });
  const { trail } = memoryTrail({ directory: acme.base, transport: () => globex });
  expect(await trail.close()).toEqual({ taken: 0, rejected: 0, unsent: 0 });
  expect(globex.calls).toEqual([]);
});

test('the buffer is bounded in events and bytes; what is beyond goes to disk and is sent by the flush', async () => {
  for (const buffer of [{ events: 3 }, { bytes: 2_000 }]) {
    const { trail, transport, problems } = memoryTrail({ buffer });
    fill(trail, 10);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ code, event_ids }) => code === 'overflow' && event_ids.length === 1)).toBe(true);
    expect(await trail.close()).toEqual({ taken: 10, rejected: 0, unsent: 0 });
    expect(new Set(transport.taken.map(({ event_id }) => event_id)).size).toBe(10);
  }
});

test('an event that does not fit the schema is kept with the reason, and the agent goes on', async () => {
  const { trail, transport, problems, directory } = memoryTrail();
  const task = trail.startTask({ goal: 'g', user_id: 'u' });
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  task.message({ role: 'user', content: cycle as never });
  task.dataAccessed({ operation: 'burn', store: { name: 's' } } as never);
  task.complete();
  expect(await trail.close()).toEqual({ taken: 2, rejected: 2, unsent: 0 });
  expect(problems.map(({ code }) => code)).toEqual(['refused', 'refused']);
  expect(problems[1]?.message).toContain('/payload/operation');
  expect(linesOf(directory, 'rejected.ndjson')).toMatchObject([
    { rejected: { code: 'too_deep' } },
    { rejected: { code: 'schema_invalid' }, event: { payload: { operation: 'burn' } } },
  ]);
  expect(transport.events().map(({ task: of }) => of?.seq)).toEqual([0, 3]); // the gap tells
});

test('an event that the audit trail refuses is kept with the reason and not sent again', async () => {
  const { trail, transport, problems, directory } = memoryTrail();
  transport.answers.push((events) =>
    allOf(events, { outcome: 'rejected', code: 'agent_not_allowed', detail: 'the emitter may not' }),
  );
  fill(trail, 1);
  expect(await trail.flush()).toEqual({ taken: 0, rejected: 1, unsent: 0 });
  await trail.close();
  expect(transport.calls).toHaveLength(1);
  expect(problems[0]?.code).toBe('rejected');
  expect(linesOf(directory, 'rejected.ndjson')[0]).toMatchObject({ event: { event_type: 'TASK_INITIATED' } });
});

test('what was taken is noted with its hash, and nothing of its content', async () => {
  const { trail, transport, directory } = memoryTrail();
  trail.startTask({ goal: 'a secret goal', user_id: 'u' });
  await trail.close();
  const [event] = transport.taken;
  expect(linesOf(directory, 'receipts.ndjson')).toEqual([
    {
      event_id: event?.event_id,
      agent_id: 'refund-agent',
      content_hash: event?.content_hash,
      sent_at: expect.stringMatching(/^2026-11-24T09:/),
    },
  ]);
});

test('a disk that fails and a listener that throws never reach the agent', async () => {
  const { trail } = memoryTrail({
    directory: '/dev/null/nowhere',
    buffer: { events: 1 },
    sigterm: false,
    onError: () => {
      throw new Error('a bad listener');
    },
  });
  fill(trail, 3).fail({ reason: 'r', error: new Error('e') });
  expect(await trail.close()).toMatchObject({ taken: 1 });
});

test('a process that ends leaves on disk what has no verdict yet', async () => {
  const before = process.listeners('exit');
  const { trail, transport, directory } = memoryTrail();
  const hook = process.listeners('exit').find((listener) => !before.includes(listener));
  transport.answers.push(() => new Promise(() => undefined)); // never answers
  fill(trail, 2);
  await new Promise((resolve) => setImmediate(resolve));
  expect(transport.calls).toHaveLength(1);
  hook?.call(process, 0);
  expect(linesOf(directory, 'spill.ndjson')).toHaveLength(2);
});

test('strict: what does not fit the schema throws, and uses up no number', async () => {
  const { trail, transport, directory } = memoryTrail({ strict: true });
  const task = trail.startTask({ goal: 'g', user_id: 'u' });
  expect(() => task.message({ role: 'nobody' as never, content: '' })).toThrow(/\/payload\/role/);
  task.complete();
  await trail.close();
  expect(transport.events().map(({ task: of }) => of?.seq)).toEqual([0, 1]);
  expect(existsSync(join(directory, 'rejected.ndjson'))).toBe(false);
});

test('strict: after an event could not be sent, flush rejects and nothing more is taken until one succeeds', async () => {
  const { trail, transport } = memoryTrail({ strict: true, retry: { attempts: 1 } });
  transport.answers.push((events) => allOf(events, { outcome: 'undeliverable', reason: '403' }));
  const task = trail.startTask({ goal: 'g', user_id: 'u' });
  await expect(trail.flush()).rejects.toMatchObject({ code: 'unavailable' });
  expect(() => task.complete()).toThrow(/does not take events/);
  expect(await trail.flush()).toMatchObject({ taken: 1, unsent: 0 });
  task.complete();
  await trail.close();
  expect(transport.events().map(({ event_type }) => event_type)).toEqual([
    'TASK_INITIATED',
    'TASK_COMPLETED',
  ]);
});

test('strict: a full buffer throws instead of spilling', async () => {
  const { trail } = memoryTrail({ strict: true, buffer: { events: 2 } });
  expect(() => fill(trail, 5)).toThrow(/does not take events/);
  expect(await trail.close()).toEqual({ taken: 2, rejected: 0, unsent: 0 });
});
