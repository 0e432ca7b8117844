import type { Item, RecordsReader } from '../ports.ts';

/** All items that one or more posting lists have for one UTC hour. */
export interface HourGroup {
  /** `2026-11-24T04`. */
  hour: string;
  items: Item[];
}

/** Posting lists by the hour, forward only. */
export interface HourStream {
  /**
   * The first hour whose sort keys are at or after `from` (an hour, or `pastHour` of one), whole; undefined where there
   * is none. `from` must not go backwards; the same hour may be asked for again.
   */
  seek(from: string): Promise<HourGroup | undefined>;
}

/** Sorts after every item of `hour`: hours go on with `#` or `:`. */
function pastHour(hour: string): string {
  return `${hour}~`;
}

const HOUR_CHARACTERS = 13;
const FIRST_READ = 32; // a jump is often followed by another, so little is read ahead
const LONGEST_READ = 4_096;

class PostingStream implements HourStream {
  readonly #table: Pick<RecordsReader, 'query'>;
  readonly #pk: string;
  readonly #last: string;
  #buffer: Item[] = [];
  #after: string | undefined;
  #ended = false;
  #shown = '';
  #limit = FIRST_READ;

  /** `last`: the last hour that is of interest. */
  constructor(table: Pick<RecordsReader, 'query'>, pk: string, last: string) {
    this.#table = table;
    this.#pk = pk;
    this.#last = last;
  }

  async seek(from: string): Promise<HourGroup | undefined> {
    this.#buffer = this.#buffer.filter(({ sk }) => sk >= from);
    if (this.#buffer.length === 0) {
      this.#limit = from === pastHour(this.#shown) ? Math.min(2 * this.#limit, LONGEST_READ) : FIRST_READ;
      this.#after = undefined;
      while (this.#buffer.length === 0 && !this.#ended) await this.#read(from);
    }
    const [first] = this.#buffer;
    if (!first) return undefined;
    const hour = first.sk.slice(0, HOUR_CHARACTERS);
    while (!this.#ended && this.#buffer.at(-1)?.sk.startsWith(hour)) await this.#read(from);
    this.#shown = hour;
    return { hour, items: this.#buffer.filter(({ sk }) => sk.startsWith(hour)) };
  }

  async #read(from: string): Promise<void> {
    const page = await this.#table.query({
      pk: this.#pk,
      from,
      to: pastHour(this.#last),
      limit: this.#limit,
      ...(this.#after === undefined ? {} : { after: this.#after }),
    });
    this.#buffer.push(...page.items);
    this.#after = page.next;
    this.#ended = page.next === undefined;
  }
}

class UnionStream implements HourStream {
  readonly #streams: readonly HourStream[];

  constructor(streams: readonly HourStream[]) {
    this.#streams = streams;
  }

  async seek(from: string): Promise<HourGroup | undefined> {
    const groups = await seekAll(this.#streams, from);
    const present = groups.filter((group) => group !== undefined);
    const hour = hoursIn(present).at(0);
    if (hour === undefined) return undefined;
    return { hour, items: present.flatMap((group) => (group.hour === hour ? group.items : [])) };
  }
}

/** The stream of everything that is in any of `partitions`. */
export function streamOf(
  table: Pick<RecordsReader, 'query'>,
  partitions: readonly string[],
  last: string,
): HourStream {
  return new UnionStream(partitions.map((pk) => new PostingStream(table, pk, last)));
}

/**
 * The hours that all of `streams` have, from `start` on. Each stream jumps to where another one stands, so no more is
 * read than the emptiest of them asks for, whatever the others hold.
 */
export async function* commonHours(
  streams: readonly HourStream[],
  start: string,
): AsyncGenerator<{ hour: string; groups: HourGroup[] }> {
  for (let from = start; ; ) {
    const found = await seekAll(streams, from);
    const groups = found.filter((group) => group !== undefined);
    const hour = hoursIn(groups).at(-1);
    if (hour === undefined || groups.length < found.length) return;
    if (groups.every((group) => group.hour === hour)) {
      yield { hour, groups };
      from = pastHour(hour);
    } else from = hour;
  }
}

function hoursIn(groups: readonly HourGroup[]): string[] {
  return groups.map((group) => group.hour).sort();
}

async function seekAll(streams: readonly HourStream[], from: string): Promise<(HourGroup | undefined)[]> {
  return await Promise.all(streams.map((stream) => stream.seek(from)));
}
