import type { Item, RecordsReader } from '../ports.ts';

/** All items that one or more posting lists have for one UTC hour. */
export interface HourGroup {
  /** `2026-11-24T04`. */
  hour: string;
  items: Item[];
}

/** Posting lists by the hour, one way only. */
export interface HourStream {
  /**
   * The first hour at or beyond `bound` (`into` or `past` an hour) in the direction of the stream, whole; undefined where
   * there is none. `bound` must not go back; the same hour may be asked for again.
   */
  seek(bound: string): Promise<HourGroup | undefined>;
}

/** The way through the hours: forward, or from the newest back. Items of an hour sort between it and `hour~`. */
export interface Direction {
  descending: boolean;
  /** The bound with which `hour` itself is still to come, and the one with which it is over. */
  into(hour: string): string;
  past(hour: string): string;
  /** Whether `a` comes before `b`. */
  before(a: string, b: string): boolean;
}

const after = (hour: string) => `${hour}~`; // hours go on with `#` or `:`, and both are below
const itself = (hour: string) => hour;
export const FORWARD: Direction = {
  descending: false,
  into: itself,
  past: after,
  before: (a, b) => a < b,
};
export const BACK: Direction = { descending: true, into: after, past: itself, before: (a, b) => a > b };

const HOUR_CHARACTERS = 13;
const FIRST_READ = 32; // a jump is often followed by another, so little is read ahead
const LONGEST_READ = 4_096;

class PostingStream implements HourStream {
  readonly #table: Pick<RecordsReader, 'query'>;
  readonly #pk: string;
  readonly #last: string;
  readonly #way: Direction;
  #buffer: Item[] = [];
  #after: string | undefined;
  #ended = false;
  #shown = '';
  #limit = FIRST_READ;

  /** `last`: the last hour that is of interest. */
  constructor(table: Pick<RecordsReader, 'query'>, pk: string, last: string, way: Direction) {
    this.#table = table;
    this.#pk = pk;
    this.#last = last;
    this.#way = way;
  }

  async seek(from: string): Promise<HourGroup | undefined> {
    this.#buffer = this.#buffer.filter(({ sk }) => !this.#way.before(sk, from));
    if (this.#buffer.length === 0) {
      this.#limit =
        from === this.#way.past(this.#shown) ? Math.min(2 * this.#limit, LONGEST_READ) : FIRST_READ;
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

  async #read(bound: string): Promise<void> {
    const end = this.#way.past(this.#last);
    const page = await this.#table.query({
      pk: this.#pk,
      ...(this.#way.descending ? { from: end, to: bound, descending: true } : { from: bound, to: end }),
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
  readonly #way: Direction;

  constructor(streams: readonly HourStream[], way: Direction) {
    this.#streams = streams;
    this.#way = way;
  }

  async seek(from: string): Promise<HourGroup | undefined> {
    const groups = await seekAll(this.#streams, from);
    const present = groups.filter((group) => group !== undefined);
    const hour = hoursIn(present, this.#way).at(0);
    if (hour === undefined) return undefined;
    return { hour, items: present.flatMap((group) => (group.hour === hour ? group.items : [])) };
  }
}

/** The stream of everything that is in any of `partitions`. */
export function streamOf(
  table: Pick<RecordsReader, 'query'>,
  partitions: readonly string[],
  last: string,
  way: Direction = FORWARD,
): HourStream {
  return new UnionStream(
    partitions.map((pk) => new PostingStream(table, pk, last, way)),
    way,
  );
}

/**
 * The hours that all of `streams` have, from the hour `start` on, in their direction. Each stream jumps to where another one stands, so no more is
 * read than the emptiest of them asks for, whatever the others hold.
 */
export async function* commonHours(
  streams: readonly HourStream[],
  start: string,
  way: Direction = FORWARD,
): AsyncGenerator<{ hour: string; groups: HourGroup[] }> {
  for (let bound = way.into(start); ; ) {
    const found = await seekAll(streams, bound);
    const groups = found.filter((group) => group !== undefined);
    const hour = hoursIn(groups, way).at(-1);
    if (hour === undefined || groups.length < found.length) return;
    if (groups.every((group) => group.hour === hour)) {
      yield { hour, groups };
      bound = way.past(hour);
    } else bound = way.into(hour);
  }
}

function hoursIn(groups: readonly HourGroup[], { before }: Direction): string[] {
  return groups.map((group) => group.hour).sort((a, b) => (before(a, b) ? -1 : 1));
}

async function seekAll(streams: readonly HourStream[], from: string): Promise<(HourGroup | undefined)[]> {
  return await Promise.all(streams.map((stream) => stream.seek(from)));
}
