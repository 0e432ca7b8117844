/** One figure of the benchmark. */
export interface Line {
  name: string;
  value: number;
  unit: string;
  /** What it was measured on, or beside what it stands. */
  note?: string;
}

/** Processor seconds of this process that `work` takes: what one core does, whatever else the machine has to do. */
export async function processorSeconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
