/** The parts of the suite, in the order of its report. */
export const PARTS = ['routes', 'policies', 'enforcement', 'accounts'] as const;
export type Part = (typeof PARTS)[number];

/** An attack that was not refused as it has to be, or a promise that a policy does not keep. */
export interface Breach {
  readonly part: Part;
  readonly kind: string;
  /** Who tried what on what. */
  readonly attack: string;
  readonly expected: string;
  readonly got: string;
}

/** What could not be tried, and why. */
export interface Skipped {
  readonly part: Part;
  readonly what: string;
  readonly why: string;
}

/** How often attacks of one kind were made, and how often they were refused as expected. */
export interface Tally {
  readonly part: Part;
  readonly kind: string;
  readonly tried: number;
  readonly refused: number;
}

/** Collects what came of the attacks. */
export class Findings {
  readonly breaches: Breach[] = [];
  readonly skipped: Skipped[] = [];
  readonly #tallies = new Map<string, { part: Part; kind: string; tried: number; refused: number }>();
  readonly #targets = new Map<Part, Set<string>>();

  /** `count` attacks of this kind were refused as they have to be. */
  refused(part: Part, kind: string, count = 1): void {
    const tally = this.#tally(part, kind);
    tally.tried += count;
    tally.refused += count;
  }

  breach(breach: Breach): void {
    this.#tally(breach.part, breach.kind).tried += 1;
    this.breaches.push(breach);
  }

  skip(part: Part, what: string, why: string): void {
    if (!this.skipped.some((known) => known.part === part && known.what === what && known.why === why))
      this.skipped.push({ part, what, why });
  }

  /** Notes that `target` was attacked, for the report. */
  attacked(part: Part, target: string): void {
    const targets = this.#targets.get(part) ?? new Set();
    this.#targets.set(part, targets.add(target));
  }

  targets(part: Part): string[] {
    return [...(this.#targets.get(part) ?? [])].sort();
  }

  get tallies(): Tally[] {
    return [...this.#tallies.values()].sort(
      (a, b) => PARTS.indexOf(a.part) - PARTS.indexOf(b.part) || a.kind.localeCompare(b.kind),
    );
  }

  #tally(part: Part, kind: string) {
    const key = `${part} ${kind}`;
    const tally = this.#tallies.get(key) ?? { part, kind, tried: 0, refused: 0 };
    this.#tallies.set(key, tally);
    return tally;
  }
}
