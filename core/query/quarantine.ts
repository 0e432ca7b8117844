import { z } from 'zod';
import { fromUtf8 } from '../encoding.ts';
import { REFUSAL_CODES } from '../event/refusal.ts';
import type { WorkStore } from '../ports.ts';
import { foreignCursor, openCursor, questionDigest, sealCursor } from './cursor.ts';

/** Why the event with an id or a content hash was refused. */
export interface Refused {
  quarantineId: string;
  code: string;
  detail: string;
}

/** What the index of the quarantine holds of a refused event. */
export interface QuarantineEntry {
  /** Its place in the order of refusal. */
  position: string;
  quarantine_id: string;
  code: string;
  detail: string;
  /** `sha256:` and hex of what was refused, and its length in octets. */
  digest: string;
  bytes: number;
  source: string;
  emitter_id?: string | undefined;
  event_id?: string | undefined;
  content_hash?: string | undefined;
  received_at: string;
  refused_at: string;
  /** Object in the work bucket; only where claim and tenant were verified. */
  body?: string | undefined;
}

/** The quarantine's index. */
export interface QuarantineReader {
  /** The newest entries before `before` (all, when it is not given), newest first, at most `limit`. */
  newest(limit: number, before?: string): Promise<QuarantineEntry[]>;
  /** Why the event under this id or content hash was refused; undefined where none was. */
  refused(name: string): Promise<Refused | undefined>;
}

export const quarantineFilterSchema = z.strictObject({
  code: z.enum(REFUSAL_CODES).optional().meta({ description: 'Only what was refused for this reason.' }),
});

interface QuarantinePage {
  quarantine: (Omit<QuarantineEntry, 'position' | 'body'> & { content?: string })[];
  next_cursor: string | null;
}

const cursorSchema = z.strictObject({ q: z.string(), before: z.string() });
const READ_AHEAD = 200;
const MOST_READ = 5_000; // of a code that is rare: the page ends, and its cursor goes on from there
const CONTENT_OCTETS = 4 * 1024 * 1024;

/** A page of what was refused and why, newest first; `content` where there is one and `personal` allows it. */
export async function queryQuarantine(
  reader: {
    quarantine: Pick<QuarantineReader, 'newest'>;
    work: Pick<WorkStore, 'read'>;
    keys: { cursor: Uint8Array };
  },
  filter: z.output<typeof quarantineFilterSchema>,
  request: { limit: number; cursor?: string | undefined; personal: boolean },
): Promise<QuarantinePage> {
  const question = questionDigest({ quarantine: filter });
  let before =
    request.cursor === undefined ? undefined : openPlace(reader.keys.cursor, request.cursor, question);
  const page: QuarantinePage['quarantine'] = [];
  let octets = 0;
  for (let read = 0; read < MOST_READ; ) {
    const entries = await reader.quarantine.newest(READ_AHEAD, before);
    for (const entry of entries) {
      const { position, body, ...shown } = entry;
      if (filter.code === undefined || filter.code === entry.code) {
        const content =
          request.personal && body !== undefined ? await readContent(reader.work, body) : undefined;
        octets += content?.length ?? 0;
        const full = page.length === request.limit || (octets > CONTENT_OCTETS && page.length > 0);
        if (full) return { quarantine: page, next_cursor: sealPlace(reader.keys.cursor, question, before) };
        page.push(content === undefined ? shown : { ...shown, content });
      }
      before = position;
    }
    if (entries.length < READ_AHEAD) return { quarantine: page, next_cursor: null };
    read += entries.length;
  }
  return { quarantine: page, next_cursor: sealPlace(reader.keys.cursor, question, before) };
}

async function readContent(work: Pick<WorkStore, 'read'>, object: string): Promise<string | undefined> {
  const bytes = await work.read(object);
  try {
    return bytes && fromUtf8(bytes);
  } catch {
    return undefined; // it may have been refused for not being text at all
  }
}

function openPlace(key: Uint8Array, cursor: string, question: string): string {
  const { q, before } = openCursor(key, cursorSchema, cursor);
  if (q !== question) throw foreignCursor();
  return before;
}

function sealPlace(key: Uint8Array, question: string, before: string | undefined): string | null {
  return before === undefined ? null : sealCursor(key, { q: question, before });
}
