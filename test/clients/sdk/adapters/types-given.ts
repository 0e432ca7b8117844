import { readFileSync } from 'node:fs';

const GOLDEN = new URL('../../../frameworks/golden/adapters.json', import.meta.url);

/** What each adapter's runs give, by type of event: the matrix in docs/integrate/README.md is held against the same file. */
export function goldenTypes(): Record<string, string[]> {
  return JSON.parse(readFileSync(GOLDEN, 'utf8'));
}

/** Notes the types that the runs of a file of tests gave. */
export class TypesGiven {
  readonly #types = new Set<string>();

  note<E extends { event_type: string }>(events: E[]): E[] {
    for (const { event_type } of events) this.#types.add(event_type);
    return events;
  }

  sorted(): string[] {
    return [...this.#types].sort();
  }
}
