import { mkdir, readFile, rm } from 'node:fs/promises';
import { runStep, type Step, type StepResult } from './steps.ts';

/**
 * `npm test`: all checks and tests, from nothing, in one go; then where the minutes went. The local cloud that it
 * starts has a folder and ports of its own, so one that runs already is left alone.
 */
const STATE = '.local/test';
const RESULTS = '.local/test-results';
const JEST = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
];

function jest(project: string, ...more: string[]): Step {
  return {
    name: `${project} tests`,
    args: [
      ...JEST,
      '--selectProjects',
      project,
      '--json',
      '--outputFile',
      `${RESULTS}/${project}.json`,
      ...more,
    ],
    env: { AUDIT_TRAIL_STATE: STATE },
    live: true,
  };
}

const localCloud = (command: string[]): Step => ({
  name: `local cloud ${command[0]}`,
  args: ['clients/operator/local/cli.ts', ...command, '--state', STATE],
  live: true,
});

/** Passed, failed and skipped tests of a Jest report. */
async function counts(project: string): Promise<[number, number, number]> {
  try {
    const report = JSON.parse(await readFile(`${RESULTS}/${project}.json`, 'utf8'));
    const suitesThatDidNotRun = report.numRuntimeErrorTestSuites;
    return [report.numPassedTests, report.numFailedTests + suitesThatDidNotRun, report.numPendingTests];
  } catch {
    return [0, 1, 0]; // Jest wrote no report: it did not run
  }
}

await rm(RESULTS, { recursive: true, force: true });
await mkdir(RESULTS, { recursive: true });
const results: StepResult[] = [];
results.push(await runStep({ name: 'check', args: ['test/check.ts'], live: true }));
// Two, as the machines have two cores: of its own accord Jest leaves one idle. A busy machine is no failure of a test.
// Not beside the tests on the local cloud: the emulator wants both cores, and what waits for it has a patience.
results.push(await runStep(jest('unit', '--maxWorkers=2', '--testTimeout=60000')));
const up = await runStep(localCloud(['up', '--no-demo']));
results.push(up);
if (up.ok) {
  // First what a person sees of a quiet log: the local tests leave refusals behind, which a task's verdict tells of.
  results.push(await runStep(jest('browser', '--runInBand', '--testTimeout=60000')));
  results.push(await runStep(jest('local', '--testSequencer=./test/local/order.ts', '--runInBand')));
}
results.push(await runStep(localCloud(['down'])));

console.log('\nWhere the time went:');
for (const result of results) {
  const minutes = Math.floor(result.seconds / 60);
  console.log(
    `  ${result.ok ? 'ok    ' : 'FAILED'} ${result.name.padEnd(20)} ${minutes} min ${(result.seconds % 60).toFixed(0).padStart(2)} s`,
  );
}
const onTheCloud = async (project: string) => (up.ok ? await counts(project) : ([0, 1, 0] as const));
const totals = [await counts('unit'), await onTheCloud('local'), await onTheCloud('browser')];
const [passed, failed, skipped] = [0, 1, 2].map((column) =>
  totals.reduce((sum, row) => sum + (row[column] ?? 0), 0),
);
const steps = results.filter((result) => !result.ok).length;
console.log(`\n${passed} passed, ${(failed ?? 0) + (failed === 0 ? steps : 0)} failed, ${skipped} skipped`);
if (steps > 0) process.exitCode = 1;
