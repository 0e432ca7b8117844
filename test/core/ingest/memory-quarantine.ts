import type { Quarantine, QuarantineEntry } from '../../../core/ingest/quarantine.ts';

/** The quarantine in memory, with its contract and nothing else. */
export class MemoryQuarantine implements Quarantine {
  readonly entries = new Map<string, QuarantineEntry>();
  readonly #reported = new Set<string>();

  async add(entry: QuarantineEntry): Promise<boolean> {
    if (this.#reported.has(entry.id)) return false;
    this.entries.set(entry.id, entry);
    return true;
  }

  async markReported(entries: readonly QuarantineEntry[]): Promise<void> {
    for (const { id } of entries) this.#reported.add(id);
  }

  /** The codes of all refusals, sorted. */
  codes(): string[] {
    return [...this.entries.values()].map(({ code }) => code).sort();
  }
}
