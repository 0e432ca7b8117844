import { once } from 'node:events';
import { Command } from 'commander';
import { describeFailure, interruptible, localProgress } from './foreground.ts';
import { down, up } from './local-cloud.ts';
import { statePaths } from './state.ts';

const { state, tenants, demo, iam } = new Command('npm start --')
  .description(
    'Starts the local cloud, deploys the example tenants, runs the example agents, and stays until Ctrl-C.',
  )
  .option('--state <dir>', 'where this run keeps its files', '.local')
  .option('--tenants <dir>', 'another folder of tenant files')
  .option('--no-demo', 'leave out the example agents')
  .option('--no-iam', 'do not evaluate IAM policies (to find out whether one is at fault)')
  .parse()
  .opts<{ state: string; tenants?: string; demo: boolean; iam: boolean }>();
const paths = statePaths(state);
const SIMULATE = `npm run procurement -- simulate --tenant acme${state === '.local' ? '' : ` --state ${state}`}`;

await interruptible(async (signal) => {
  await up({ paths, progress: localProgress(), signal, tenants, demo, iam }, async () => {
    console.log('\nRunning. Ctrl-C ends everything.');
    if (demo) console.log(`The five questions of a procurement review, answered by it: ${SIMULATE}`);
    const alive = setInterval(() => undefined, 60_000); // a signal alone does not keep the process
    if (!signal.aborted) await once(signal, 'abort');
    clearInterval(alive);
  });
}).catch((error: unknown) => {
  console.error(describeFailure(error));
  process.exitCode = 1;
});
if (process.exitCode === undefined) {
  await down(paths);
  console.log('The local cloud has ended.');
}
