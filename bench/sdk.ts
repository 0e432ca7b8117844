import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type AuditTrail, createAuditTrail } from '../clients/sdk/audit-trail.ts';
import type { Task } from '../clients/sdk/task.ts';
import type { Delivery, Transport } from '../clients/sdk/transport.ts';
import type { Line } from './line.ts';

const STEPS = 5_000;
const WARM_UP = 500;
const BUFFER = 10_000; // events, as by default

/**
 * What the SDK costs an agent: the time that recording one step, a call and its result, takes in the agent's own thread,
 * with the journal on disk, hashing and checking that is by default; and the memory of a buffer that is full.
 */
export async function benchSdk(): Promise<Line[]> {
  const times = await inTrail(takes, async (trail) => await stepTimes(trail));
  const memory = await inTrail(() => new Promise<Delivery>(() => undefined), bufferOctets);
  const at = (share: number) =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
  const note = 'a call and its result, about 1 KB, journal on disk; by the clock on the wall';
  return [
    { name: 'sdk: a step in the agent’s thread, median', value: at(0.5), unit: 'µs', note },
    { name: 'sdk: a step in the agent’s thread, 95 of 100', value: at(0.95), unit: 'µs', note },
    { name: 'sdk: memory of a full buffer', value: memory / 2 ** 20, unit: 'MiB', note: `${BUFFER} events` },
  ];
}

type Send = Transport['send'];

const takes: Send = async (events) => ({ verdicts: events.map(() => ({ outcome: 'taken' })) });

async function inTrail<T>(send: Send, work: (trail: AuditTrail) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-sdk-'));
  const transport: Transport = { destination: 'bench', limits: { events: 500, bytes: 4_000_000 }, send };
  const trail = createAuditTrail({
    agent: { id: 'bench-agent', version: '1.0.0' },
    transport: () => transport,
    directory,
    sigterm: false,
    onError: ({ message }) => {
      throw new Error(message);
    },
  });
  try {
    return await work(trail);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** One step as an agent takes it. */
function step(task: Task, count: number): void {
  const input = { order_id: String(count), note: 'x'.repeat(200) };
  task
    .toolCalled({ tool: { name: 'look_up_order', kind: 'api' }, input })
    .result({ summary: 'y'.repeat(200) });
}

/** Microseconds of each step, sorted. Between steps the agent waits, as for a model, and the SDK sends. */
async function stepTimes(trail: AuditTrail): Promise<number[]> {
  const task = trail.startTask({ goal: 'measure', user_id: 'u' });
  const times: number[] = [];
  for (let count = -WARM_UP; count < STEPS; count++) {
    const start = process.hrtime.bigint();
    step(task, count);
    if (count >= 0) times.push(Number(process.hrtime.bigint() - start) / 1_000);
    await setImmediate();
  }
  await trail.close();
  return times.sort((a, b) => a - b);
}

/** What the heap and the buffers outside of it grow by when the buffer fills and nothing can be sent. */
async function bufferOctets(trail: AuditTrail): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const held = () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const task = trail.startTask({ goal: 'fill', user_id: 'u' });
  const before = held();
  for (let count = 0; count < (BUFFER - 2) / 2; count++) step(task, count);
  return held() - before;
}
