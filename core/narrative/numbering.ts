import type { AuditEvent } from '../event/event.ts';

/** A count of one instance's events: the number that comes next, and what was passed over. */
export interface Counter {
  next: number;
  /** First and last number of each stretch that is missing. */
  gaps: [first: number, last: number][];
}

const MOST_GAPS = 64; // more are counted as one: a hostile numbering must not cost memory

/** The numbers that an agent gave the events of a task, by agent instance: what is missing among them was lost. */
export class Numbering {
  readonly counters: Map<string, Counter>;

  constructor(counters: Iterable<readonly [string, Counter]> = []) {
    this.counters = new Map(counters);
  }

  /** Takes one event in; false where it bears no number. */
  add({ agent, task }: AuditEvent, nameOf: (text: string) => string): boolean {
    const seq = task?.seq;
    if (seq === undefined) return false;
    const instance = nameOf(`${agent.id}\n${agent.instance_id ?? ''}`);
    const counter = this.counters.get(instance) ?? { next: 0, gaps: [] };
    this.counters.set(instance, counter);
    if (seq >= counter.next) {
      if (seq > counter.next) addGap(counter, counter.next, seq - 1);
      counter.next = seq + 1;
    } else fill(counter, seq);
    return true;
  }

  /** How many numbers are missing. */
  get missing(): number {
    let count = 0;
    for (const { gaps } of this.counters.values())
      for (const [first, last] of gaps) count += last - first + 1;
    return count;
  }
}

function addGap(counter: Counter, first: number, last: number): void {
  const previous = counter.gaps.at(-1);
  if (counter.gaps.length >= MOST_GAPS && previous) previous[1] = last;
  else counter.gaps.push([first, last]);
}

/** A number that came late is no longer missing. */
function fill(counter: Counter, seq: number): void {
  counter.gaps = counter.gaps.flatMap(([first, last]): [number, number][] => {
    if (seq < first || seq > last) return [[first, last]];
    const left: [number, number][] = seq > first ? [[first, seq - 1]] : [];
    return seq < last ? [...left, [seq + 1, last]] : left;
  });
}
