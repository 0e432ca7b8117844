import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { z } from 'zod';
import { sha256 } from '#crypto';
import { toHex, utf8 } from '../../core/encoding.ts';
import { eventIdSchema } from '../../core/event/ids.ts';
import { digestSchema } from '../../core/event/values.ts';
import { isAbandoned, linesOf } from './journal.ts';
import type { OutgoingEvent } from './outgoing.ts';

const SPILL = 'spill.ndjson';
const REJECTED = 'rejected.ndjson';
const CLAIMED = /^spill\.[A-Za-z0-9_-]+\.sending\.ndjson$/;
const OWNER_ONLY = 0o600;
const FOLDER_DIGITS = 16;

const lineSchema = z.object({
  event_id: eventIdSchema,
  agent_id: z.string(),
  content_hash: digestSchema,
  json: z.string(),
});

/** The name of the folder for what goes to `destination`. */
export function folderOf(destination: string): string {
  return toHex(sha256(utf8(destination))).slice(0, FOLDER_DIGITS);
}

/** Spilled events that this process has taken over; `release` forgets them once they are somewhere else. */
interface ClaimedSpill {
  events: OutgoingEvent[];
  release: () => void;
}

/**
 * The folder where a trail leaves what it could not send: `spill.ndjson`, sent again later, and `rejected.ndjson`, which
 * a person has to look at. Several processes may share it. Writing is synchronous, since it must work while a
 * process ends.
 */
export class Spill {
  readonly #directory: string;
  readonly #session: string;
  #claims = 0;

  constructor(directory: string, session: string) {
    this.#directory = directory;
    this.#session = session;
  }

  /** Keeps events for a later attempt. */
  keep(events: readonly OutgoingEvent[]): void {
    this.#append(SPILL, linesOf(events));
  }

  /** Keeps what will never be taken as it is, with the reason. `event` is whatever the agent gave. */
  reject(rejected: { code: string; detail: string }, event: unknown): void {
    this.#append(REJECTED, `${JSON.stringify({ rejected, event: writable(event) })}\n`);
  }

  /**
   * Takes over all that was spilled, and what processes that were killed had in their journals, one file at a time. Renaming is the claim: two processes can't both get a file
   * of its first name. What a process had claimed when it died is taken over too; if that process lives, an event
   * goes out twice, which the writer recognises by its id.
   */
  *claim(): Generator<ClaimedSpill> {
    if (!existsSync(this.#directory)) return;
    for (const name of readdirSync(this.#directory)) {
      if (name !== SPILL && !CLAIMED.test(name) && !isAbandoned(name)) continue;
      const path = join(this.#directory, `spill.${this.#session}-${this.#claims++}.sending.ndjson`);
      if (!this.#rename(name, path)) continue;
      yield this.#read(path);
    }
  }

  #read(path: string): ClaimedSpill {
    const text = readFileSync(path, 'utf8');
    const events: OutgoingEvent[] = [];
    for (const line of text.split('\n')) {
      const event = parseLine(line);
      if (event) events.push(event);
      else if (line !== '') this.reject({ code: 'malformed', detail: 'a line of the spill file' }, line);
    }
    return {
      events,
      release: () => {
        // Another process may have held the file open by its old name and appended to it since.
        const grown = existsSync(path) ? readFileSync(path, 'utf8').slice(text.length) : '';
        this.#append(SPILL, grown);
        rmSync(path, { force: true });
      },
    };
  }

  #rename(name: string, path: string): boolean {
    try {
      renameSync(join(this.#directory, name), path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false; // another process was faster
      throw error;
    }
  }

  #append(name: string, lines: string): void {
    if (lines === '') return;
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    appendFileSync(join(this.#directory, name), lines, { mode: OWNER_ONLY });
  }
}

/** Undefined for a line that a crash cut short. */
function parseLine(line: string): OutgoingEvent | undefined {
  try {
    const parsed = lineSchema.safeParse(JSON.parse(line));
    return parsed.success ? { ...parsed.data, bytes: utf8(parsed.data.json).length } : undefined;
  } catch {
    return undefined;
  }
}

/** `event`, or a picture of it where JSON can't say it: that may be the very reason for the refusal. */
function writable(event: unknown): unknown {
  try {
    JSON.stringify(event);
    return event;
  } catch {
    return inspect(event, { depth: 8, maxStringLength: 10_000, getters: false });
  }
}
