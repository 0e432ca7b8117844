/** The time at which the agent works: set to the moment of a request, and moved on by what the work takes. */
export class WorkClock {
  #now = 0;

  /** Milliseconds since the Unix epoch. */
  now(): number {
    return this.#now;
  }

  /** `at` is RFC 3339. */
  set(at: string): void {
    this.#now = Date.parse(at);
  }

  takes(seconds: number): void {
    this.#now += seconds * 1_000;
  }
}
