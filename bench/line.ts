import { GCProfiler, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One figure of the benchmark. */
export interface Line {
  name: string;
  /** The median where it was measured more than once. */
  value: number;
  unit: string;
  /** Least and most of the runs. */
  spread?: readonly [number, number];
  /** What it was measured on, or beside what it stands. */
  note?: string;
}

/** How much of it is asked for: `full` takes some minutes more. */
export interface Extent {
  full: boolean;
}

/** Processor seconds of this process that `work` takes: what one core does, whatever else the machine has to do. */
export async function processorSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** A line of several runs: their median, and how far they lie apart. */
export function lineOf(name: string, unit: string, runs: readonly number[], note?: string): Line {
  const sorted = [...runs].sort((a, b) => a - b);
  const [least = Number.NaN] = sorted;
  const most = sorted.at(-1) ?? Number.NaN;
  return { name, value: median(runs), unit, spread: [least, most], ...(note !== undefined && { note }) };
}

export function median(runs: readonly number[]): number {
  const sorted = [...runs].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/** Calls `measure` so many times, one after the other. */
export async function times<T>(count: number, measure: () => Promise<T>): Promise<T[]> {
  const runs: T[] = [];
  while (runs.length < count) runs.push(await measure());
  return runs;
}

/** What work costs at a size. */
export interface Step {
  size: number;
  seconds: number;
}

/**
 * How work grows: the exponent e of cost = size^e between the least and the largest size. 1 is in proportion, 2 a square;
 * below 1 the least still pays for what is paid once.
 */
export function growthOf(name: string, steps: readonly Step[]): Line {
  const [least] = steps;
  const most = steps.at(-1);
  const value =
    least && most ? Math.log(most.seconds / least.seconds) / Math.log(most.size / least.size) : Number.NaN;
  const at = steps.map(({ size, seconds }) => `${size.toLocaleString('en')} in ${shortSeconds(seconds)}`);
  return { name: `growth: ${name}`, value, unit: 'exponent', note: at.join(', ') };
}

function shortSeconds(seconds: number): string {
  return seconds < 1 ? `${(seconds * 1_000).toFixed(0)} ms` : `${seconds.toFixed(1)} s`;
}

/** What work takes: processor seconds, and octets of V8's heap; what lies outside of it, buffers above all, counts for the peak. */
export interface Effort {
  seconds: number;
  allocated: number;
  /** The most that it took beyond what was there before, garbage that waits to be collected included. */
  peak: number;
}

/** Watches every collection while `work` runs: between two of them the heap grows by what is allocated. */
export async function effortOf(work: () => Promise<unknown>): Promise<Effort> {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const before = process.memoryUsage();
  const profiler = new GCProfiler();
  profiler.start();
  const seconds = await processorSeconds(work);
  const { statistics } = profiler.stop();
  const after = process.memoryUsage();
  const start = before.heapUsed + before.external;
  let [allocated, last, most] = [0, before.heapUsed, after.heapUsed + after.external];
  for (const { beforeGC, afterGC } of statistics) {
    const { usedHeapSize, externalMemory } = beforeGC.heapStatistics;
    allocated += Math.max(0, usedHeapSize - last);
    most = Math.max(most, usedHeapSize + externalMemory);
    last = afterGC.heapStatistics.usedHeapSize;
  }
  allocated += Math.max(0, after.heapUsed - last);
  return { seconds, allocated, peak: Math.max(0, most - start) };
}
