import { Command } from 'commander';
import { describeFailure, interruptible, localProgress } from './foreground.ts';
import { deployAgain, down, status, up } from './local-cloud.ts';
import { statePaths } from './state.ts';
import { summarise } from './summary.ts';

interface Flags {
  state: string;
  tenants?: string;
  demo: boolean;
  iam: boolean;
  json: boolean;
}

const program = new Command('npm run local --').description(
  'The local cloud: the real stacks on AWS emulators.',
);

function command(name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--state <dir>', 'where this run keeps its files', '.local');
}

command('up', 'start, deploy and prove it; returns when everything is ready')
  .option('--tenants <dir>', 'another folder of tenant files')
  .option('--no-demo', 'leave out the example agents')
  .option('--no-iam', 'do not evaluate IAM policies (to find out whether one is at fault)')
  .action(({ state, ...flags }: Flags) =>
    interruptible((signal) => up({ ...flags, paths: statePaths(state), progress: localProgress(), signal })),
  );

command('status', 'what runs, and how to reach it; exit 1 when nothing does')
  .option('--json', 'as JSON', false)
  .action(async ({ state, json }: Flags) => {
    const current = await status(statePaths(state));
    if (!current.running) process.exitCode = 1;
    if (json) return console.log(JSON.stringify(current, null, 2));
    for (const { account, endpoint, ready } of current.accounts) {
      console.log(`account ${account}  ${endpoint}  ${ready ? 'ready' : 'not answering'}`);
    }
    if (!current.running) return console.log('No local cloud is running: npm run local -- up');
    if (current.outputs) {
      for (const line of await summarise(current.outputs, AbortSignal.timeout(60_000))) console.log(line);
    }
  });

command('deploy', 'deploy the stacks as they are now onto the running emulators')
  .option('--tenants <dir>', 'another folder of tenant files')
  .action(({ state, tenants }: Flags) =>
    interruptible((signal) =>
      deployAgain({ paths: statePaths(state), progress: localProgress(), signal, tenants }),
    ),
  );

command('down', 'end everything that up started').action(async ({ state }: Flags) => {
  console.log((await down(statePaths(state))) ? 'The local cloud has ended.' : 'No local cloud was running.');
});

await program.parseAsync().catch((error: unknown) => {
  console.error(describeFailure(error));
  process.exitCode = 1;
});
