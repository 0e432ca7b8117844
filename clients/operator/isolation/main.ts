import { writeFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { AuditError } from '../../../core/errors.ts';
import { type LocalOutputs, readOutputs } from '../local/outputs.ts';
import { statePaths } from '../local/state.ts';
import { describeFailure, type ExitStatus, exitStatusOf } from '../tenant/failure.ts';
import { printableJson, printableLines } from '../tenant/terminal.ts';
import { circumstancesOf } from './circumstances.ts';
import { Findings } from './findings.ts';
import { testedTenants } from './local-tenants.ts';
import { makeReport, markdownOf, type Report } from './report.ts';
import { attackRoutes } from './routes/attack-routes.ts';
import { ROUTE_TABLES } from './routes/route-tables.ts';

const HELP = `
Attacks the running local cloud (npm run local -- up) as one tenant would attack another.

Examples:
  npm run isolation
  npm run isolation -- --out isolation.md
  npm run isolation -- --json > isolation.json

Exit status: 0 every attack was refused as expected, 1 one was not, 2 the suite could not run.`;

interface Options {
  state: string;
  json: boolean;
  out?: string;
}

/** What the command works with. */
export interface IsolationWorld {
  out: (text: string) => void;
  err: (text: string) => void;
  /** Milliseconds since the Unix epoch. */
  now: () => number;
}

/** Runs the isolation suite with the arguments after its name; resolves to the exit status. */
export async function main(args: readonly string[], world: IsolationWorld): Promise<ExitStatus> {
  const command = new Command('npm run isolation --')
    .description('The isolation suite: every attack of one tenant on another has to be refused.')
    .option('--state <dir>', 'state directory of the local cloud', '.local')
    .option('--json', 'the report as JSON instead of Markdown', false)
    .option('--out <file>', 'where the report goes instead of the terminal')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out(text.trimEnd()),
      writeErr: (text) => world.err(text.trimEnd()),
    });
  try {
    command.parse(args, { from: 'user' });
    const options = command.opts<Options>();
    const report = await attack(runningCloud(options.state), world);
    give(report, options, world);
    return report.refused ? 0 : 1;
  } catch (error) {
    if (error instanceof CommanderError) return exitStatusOf(error);
    world.err(describeFailure('run the isolation suite', error));
    return 2;
  }
}

function runningCloud(state: string): LocalOutputs {
  const outputs = readOutputs(statePaths(state).outputs);
  if (outputs) return outputs;
  throw new AuditError(
    'misconfigured',
    `No local cloud is running in ${statePaths(state).dir}: npm run local -- up (or name another with --state DIR)`,
  );
}

async function attack(outputs: LocalOutputs, { now, err }: IsolationWorld): Promise<Report> {
  const circumstances = circumstancesOf(outputs, now());
  const findings = new Findings();
  err('attacking the HTTP API …');
  await attackRoutes(testedTenants(outputs), { routes: Object.values(ROUTE_TABLES).flat(), findings });
  return makeReport(findings, circumstances);
}

function give(report: Report, { json, out }: Options, world: IsolationWorld): void {
  const text = json ? printableJson(report) : markdownOf(report);
  if (out === undefined) {
    world.out(printableLines(text));
    return;
  }
  writeFileSync(out, `${text.trimEnd()}\n`);
  const { tried, breaches, skipped } = report;
  world.err(`${tried} attacks, ${breaches.length} not refused, ${skipped.length} skipped: ${out}`);
}
