import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { OutgoingEvent } from './outgoing.ts';

const NAME = /^journal\.(\d+)\.([0-9a-f]+)-\d+\.ndjson$/;
const MAX_EVENTS = 500; // of one file: what a crash sends again at most, besides what had not been sent
const OWNER_ONLY = 0o600;

/** Sessions of trails of this process: their journals are in use although the process that wrote them lives. */
const liveSessions = new Set<string>();

/** Events as lines of a file, which a later process reads (spill.ts). */
export function linesOf(events: readonly OutgoingEvent[]): string {
  return events
    .map(({ event_id, agent_id, content_hash, json }) =>
      JSON.stringify({ event_id, agent_id, content_hash, json }),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Whether `name` is the journal of a process that has ended without having sent all of it. */
export function isAbandoned(name: string): boolean {
  const [, pid, session = ''] = NAME.exec(name) ?? [];
  if (pid === undefined || liveSessions.has(session)) return false;
  return Number(pid) === process.pid || !lives(Number(pid));
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** One file, and how many of its events have no verdict yet. */
interface Segment {
  path: string;
  file: number | undefined;
  written: number;
  open: number;
}

/**
 * What waits in memory, also on disk: an event is in the file before the agent goes on, so that a process that is
 * killed leaves it to the next one. What the operating system has is safe from the end of the process, not from a
 * power failure; waiting for the disk at every event would cost the agent milliseconds. A file goes when all of its
 * events are somewhere else.
 */
export class Journal {
  readonly #directory: string;
  readonly #session: string;
  readonly #bySegment = new Map<string, Segment>();
  #current: Segment | undefined;
  #segments = 0;

  constructor(directory: string, session: string) {
    this.#directory = directory;
    this.#session = session;
    liveSessions.add(session);
  }

  /** The event is in the file when this returns. Throws what the file system throws. */
  write(event: OutgoingEvent): void {
    const segment = this.#current ?? this.#open();
    if (segment.file === undefined) return;
    writeSync(segment.file, linesOf([event]));
    segment.written++;
    segment.open++;
    this.#bySegment.set(event.event_id, segment);
    if (segment.written >= MAX_EVENTS) this.#close(segment);
  }

  /** The events are with the audit trail, or in another file. */
  settled(events: readonly { event_id: string }[]): void {
    for (const { event_id } of events) {
      const segment = this.#bySegment.get(event_id);
      if (!segment) continue;
      this.#bySegment.delete(event_id);
      if (--segment.open > 0) continue;
      this.#close(segment);
      rmSync(segment.path, { force: true });
    }
  }

  /** The trail has ended: what is left of its files is for whoever comes next. */
  end(): void {
    liveSessions.delete(this.#session);
    if (this.#current) this.#close(this.#current);
  }

  #open(): Segment {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    const name = `journal.${process.pid}.${this.#session}-${this.#segments++}.ndjson`;
    const path = join(this.#directory, name);
    this.#current = { path, file: openSync(path, 'a', OWNER_ONLY), written: 0, open: 0 };
    return this.#current;
  }

  #close(segment: Segment): void {
    if (segment.file !== undefined) closeSync(segment.file);
    segment.file = undefined;
    if (this.#current === segment) this.#current = undefined;
  }
}
