import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { AuditError } from '../../../core/errors.ts';
import { type LocalOutputs, readOutputs } from '../local/outputs.ts';
import { PROJECT, statePaths } from '../local/state.ts';
import { describeFailure, type ExitStatus, exitStatusOf } from '../tenant/failure.ts';
import { printableJson, printableLines } from '../tenant/terminal.ts';
import { circumstancesOf } from './circumstances.ts';
import { attackAccounts } from './enforcement/attack-accounts.ts';
import { attackServices } from './enforcement/attack-services.ts';
import { Findings } from './findings.ts';
import { deployedTargets, testedTenants } from './local-tenants.ts';
import { attackPolicies } from './policies/cross-tenant.ts';
import { attackOwnGrants } from './policies/own-grants.ts';
import { synthesisePolicies } from './policies/synthesis.ts';
import { makeReport, markdownOf, type Report } from './report.ts';
import { attackRoutes } from './routes/attack-routes.ts';
import { ROUTE_TABLES } from './routes/route-tables.ts';

const HELP = `
Attacks the running local cloud (npm run local -- up) as one tenant would attack another, and holds the policies of the
synthesised stacks against every other tenant.

Examples:
  npm run isolation
  npm run isolation -- --out isolation.md
  npm run isolation -- --json > isolation.json

Exit status: 0 every attack was refused as expected, 1 one was not, 2 the suite could not run.`;

const PATIENCE_MS = 240_000;

interface Options {
  state: string;
  tenants: string;
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
    .option('--tenants <dir>', 'the folder of tenant files', join(PROJECT, 'tenants'))
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
    const report = await attack(runningCloud(options.state), options.tenants, world);
    // What the procurement package quotes: the last run, whatever it found.
    writeFileSync(statePaths(options.state).isolation, printableJson(report));
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

async function attack(outputs: LocalOutputs, tenants: string, { now, err }: IsolationWorld): Promise<Report> {
  const circumstances = circumstancesOf(outputs, now());
  const findings = new Findings();
  err('attacking the HTTP API, and synthesising the policies …');
  const [stacks] = await Promise.all([
    synthesisePolicies(tenants, AbortSignal.timeout(PATIENCE_MS)),
    attackRoutes(testedTenants(outputs), { routes: Object.values(ROUTE_TABLES).flat(), findings }),
  ]);
  attackPolicies(
    stacks.map(({ stack }) => stack),
    findings,
  );
  for (const { stack, named } of stacks) attackOwnGrants(stack, named, findings);
  err('calling the services with sessions of the deployed roles …');
  const targets = deployedTargets(outputs);
  await attackServices(targets, findings);
  await attackAccounts(targets, findings);
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
