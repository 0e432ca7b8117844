import { Command } from 'commander';
import { OPERATOR_SECRET } from '../../clients/operator/local/emulator-environment.ts';
import { readOutputs } from '../../clients/operator/local/outputs.ts';
import { statePaths } from '../../clients/operator/local/state.ts';
import { printable } from '../../clients/operator/tenant/terminal.ts';
import { type Outcome, onlyOutside, runDrill, unnoticed } from './drill.ts';

/** `npm run tamper-drill`: crimes against logs of their own on the running local cloud, and who notices. */
const options = new Command('npm run tamper-drill --')
  .description(
    "Commits crimes with the operator's own powers and shows who notices; exit 1 when one goes unnoticed.",
  )
  .option('--state <dir>', 'state directory of the local cloud', '.local')
  .option(
    '--without <name...>',
    'leave out somebody who looks: api, verifier, holder, witness, writer, audit, archive',
  )
  .option('--json', 'as JSON', false)
  .parse()
  .opts<{ state: string; without?: string[]; json: boolean }>();

const outputs = readOutputs(statePaths(options.state).outputs);
const [tenant] = Object.values(outputs?.tenants ?? {});
if (!outputs || !tenant) {
  console.error(`No local cloud in ${options.state}. Start one: npm run local -- up --no-demo`);
  process.exitCode = 2;
} else {
  const credentials = { accessKeyId: tenant.account, secretAccessKey: OPERATOR_SECRET };
  const place = { endpoint: tenant.endpoint, region: outputs.region, credentials };
  const outcomes = await runDrill(place, {
    ...(options.without && { without: options.without }),
    ...(!options.json && { progress: (outcome) => console.log(paragraph(outcome)) }),
  });
  const missed = unnoticed(outcomes);
  const outside = onlyOutside(outcomes);
  if (options.json)
    console.log(JSON.stringify({ outcomes, unnoticed: missed, only_outside: outside }, null, 2));
  else console.log(summary(outcomes, missed, outside));
  if (missed.length > 0) process.exitCode = 1;
}

function paragraph({ crime, noticed }: Outcome): string {
  const lines = noticed.map(({ who, says }) => `    ${who}\n        ${printable(says)}`);
  return [`${crime.name} (${crime.how})`, ...(lines.length > 0 ? lines : ['    NOBODY NOTICED']), ''].join(
    '\n',
  );
}

function summary(
  outcomes: readonly Outcome[],
  missed: readonly string[],
  outside: readonly string[],
): string {
  const width = Math.max(...outcomes.map(({ crime }) => crime.name.length));
  const rows = outcomes.map(
    ({ crime, noticed }) =>
      `  ${crime.name.padEnd(width)}  ${noticed.map(({ by }) => by).join(', ') || 'NOBODY'}`,
  );
  return [
    `${outcomes.length} crimes, each in a log of its own, and who noticed:`,
    ...rows,
    '',
    outside.length > 0
      ? `Only somebody who had kept an older checkpoint sees: ${outside.join(', ')}. Whoever runs the account can rewrite what nobody else holds a checkpoint of.`
      : '',
    missed.length > 0 ? `UNNOTICED: ${missed.join(', ')}` : 'None went unnoticed.',
  ]
    .filter((line, at) => line !== '' || at === rows.length + 1)
    .join('\n');
}
