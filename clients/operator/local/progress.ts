/** Tells a person what is going on: a line when a step ends, with how long it took. */
export interface Progress {
  /** Runs `work`, then says that `label` is done, or where it failed; the error goes on. */
  step<T>(label: string, work: () => Promise<T>): Promise<T>;
  /** A line of its own. */
  say(line: string): void;
}

/** `write` gets whole lines without their end; `now` counts milliseconds. */
export function createProgress(write: (line: string) => void, now: () => number): Progress {
  return {
    say: write,
    async step(label, work) {
      const start = now();
      const took = () => `${((now() - start) / 1000).toFixed(1)} s`;
      try {
        const result = await work();
        write(`  done    ${label} (${took()})`);
        return result;
      } catch (error) {
        write(`  failed  ${label} (${took()})`);
        throw error;
      }
    },
  };
}
