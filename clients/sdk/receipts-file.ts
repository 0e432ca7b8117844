import { appendFileSync, createReadStream, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { digestSchema } from '../../core/event/values.ts';

const MAX_REMEMBERED = 10_000;
const FILE = 'receipts.ndjson';

/** What a trail remembers of an event that was taken; times are RFC 3339. */
export interface LocalReceipt {
  event_id: string;
  agent_id: string;
  /** What this process hashed before sending: the log must repeat it. */
  content_hash: z.infer<typeof digestSchema>;
  sent_at: string;
}

const lineSchema = z.object({
  event_id: z.string(),
  agent_id: z.string(),
  content_hash: digestSchema,
  sent_at: z.string(),
});

/**
 * The agent's own memory of what it sent, apart from the audit trail: `receipts.ndjson` holds a line
 * `{event_id, agent_id, content_hash, sent_at}` for each event that was taken, and `{event_id, receipt}` once it was
 * confirmed. It holds no content of any event.
 */
export class ReceiptsFile {
  readonly #directory: string;
  readonly #recent = new Map<string, LocalReceipt>();

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Notes what was taken. Throws what the file system throws, after having remembered. */
  sent(receipts: readonly LocalReceipt[]): void {
    for (const receipt of receipts) this.#recent.set(receipt.event_id, receipt);
    for (const eventId of this.#recent.keys()) {
      if (this.#recent.size <= MAX_REMEMBERED) break;
      this.#recent.delete(eventId);
    }
    this.#append(receipts);
  }

  /** Notes that the log proved to hold the event. */
  confirmed(eventId: string, receipt: unknown): void {
    this.#append([{ event_id: eventId, receipt }]);
  }

  /** What was noted of `eventId`, by this process or an earlier one. */
  async find(eventId: string): Promise<LocalReceipt | undefined> {
    const recent = this.#recent.get(eventId);
    const path = join(this.#directory, FILE);
    if (recent || !existsSync(path)) return recent;
    for await (const line of createInterface({ input: createReadStream(path) })) {
      if (!line.includes(eventId)) continue;
      const parsed = lineSchema.safeParse(jsonOf(line));
      if (parsed.success && parsed.data.event_id === eventId) return parsed.data;
    }
    return undefined;
  }

  #append(lines: readonly unknown[]): void {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    appendFileSync(join(this.#directory, FILE), lines.map((line) => `${JSON.stringify(line)}\n`).join(''), {
      mode: 0o600,
    });
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // a line that a crash cut short
  }
}
