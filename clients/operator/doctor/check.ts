/** One thing that was looked at, and what came of it. */
export interface Check {
  /** What it is needed for: `here` the local cloud and the tests, `aws` a deployment. */
  readonly for: 'here' | 'aws';
  readonly what: string;
  /** `unknown` where it could not be looked at; that is no fault. */
  readonly state: 'ok' | 'warning' | 'lacking' | 'unknown';
  readonly found: string;
  /** What to do, where something is not as it should be. */
  readonly advice?: string;
}

type Look<Facts> = (facts: Facts) => Omit<Check, 'for' | 'what'>;

/** Checks made of facts alone, so that each can be tried with any. */
export function checksOf<Facts>(
  whom: Check['for'],
  looks: Readonly<Record<string, Look<Facts>>>,
  facts: Facts,
): Check[] {
  return Object.entries(looks).map(([what, look]) => ({ for: whom, what, ...look(facts) }));
}

export function ok(found: string) {
  return { state: 'ok', found } as const;
}

export function lacking(found: string, advice: string) {
  return { state: 'lacking', found, advice } as const;
}

export function warning(found: string, advice: string) {
  return { state: 'warning', found, advice } as const;
}

export function unknown(found: string) {
  return { state: 'unknown', found } as const;
}
