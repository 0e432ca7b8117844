import type { Place } from '../support/own-log.ts';
import { CRIMES, type Crime } from './crimes.ts';
import { DETECTORS, type Detector } from './detectors.ts';
import { makeScene } from './scene.ts';

/** What came of a crime: who noticed it, and what they said. */
export interface Outcome {
  crime: Pick<Crime, 'name' | 'how'>;
  noticed: { by: string; who: string; says: string; outside: boolean }[];
}

export interface DrillOptions {
  /** Names of crimes to commit; all where it is absent. */
  only?: readonly string[];
  /** Names of detectors that are not to look, to see what would go unnoticed without them. */
  without?: readonly string[];
  /** Hears of each crime when it has been looked into. */
  progress?: (outcome: Outcome) => void;
}

const AT_ONCE = 3;

/** Commits every crime in a log of its own, which is taken away afterwards, and lets everybody look. */
export async function runDrill(place: Place, options: DrillOptions = {}): Promise<Outcome[]> {
  const { only, without = [], progress } = options;
  const known = new Set([...CRIMES, ...DETECTORS].map(({ name }) => name));
  for (const name of [...(only ?? []), ...without]) {
    if (!known.has(name)) throw new Error(`no crime or detector is called ${name}`);
  }
  const crimes = CRIMES.filter(({ name }) => only?.includes(name) ?? true);
  const detectors = DETECTORS.filter(({ name }) => !without.includes(name));
  const outcomes: Outcome[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < crimes.length) {
      const position = next++;
      const crime = crimes[position];
      if (!crime) return;
      const outcome = await investigate(
        crime,
        `drill-${process.pid}-${Date.now()}-${position}`,
        detectors,
        place,
      );
      outcomes[position] = outcome;
      progress?.(outcome);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return outcomes;
}

async function investigate(
  crime: Crime,
  name: string,
  detectors: readonly Detector[],
  place: Place,
): Promise<Outcome> {
  const scene = await makeScene(name, place, crime.records ?? 4);
  try {
    const noticed: Outcome['noticed'] = [];
    await crime.commit(scene);
    for (const { name: by, who, outside, look } of detectors) {
      const says = await look(scene);
      if (says !== undefined) noticed.push({ by, who, says, outside });
    }
    return { crime: { name: crime.name, how: crime.how }, noticed };
  } finally {
    await scene.own.destroy();
  }
}

/** What nobody noticed. */
export function unnoticed(outcomes: readonly Outcome[]): string[] {
  return outcomes.filter(({ noticed }) => noticed.length === 0).map(({ crime }) => crime.name);
}

/** What only somebody outside the account noticed, by what they had kept. */
export function onlyOutside(outcomes: readonly Outcome[]): string[] {
  return outcomes
    .filter(({ noticed }) => noticed.length > 0 && noticed.every(({ outside }) => outside))
    .map(({ crime }) => crime.name);
}
