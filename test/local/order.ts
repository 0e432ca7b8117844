interface TestFile {
  readonly path: string;
}

const LAST = 'grants.test.ts';

/**
 * The order of the tests against the local cloud: by name, and last the one that judges every call that the others
 * made. Jest's own goes by how long each took the time before.
 */
export default class Order {
  sort<Test extends TestFile>(tests: readonly Test[]): Test[] {
    const key = ({ path }: TestFile) => (path.endsWith(LAST) ? `1 ${path}` : `0 ${path}`);
    return tests.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  /** Of a run of those alone that failed (`--onlyFailures`): all, since nothing is remembered. */
  allFailedTests<Test extends TestFile>(tests: readonly Test[]): readonly Test[] {
    return tests;
  }

  cacheResults(): void {
    // Nothing is remembered: the order is the same every time.
  }
}
