import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { PROJECT } from '../local/state.ts';
import { type ExitStatus, exitStatusOf } from '../tenant/failure.ts';
import { columns, printableJson } from '../tenant/terminal.ts';
import { type AwsFacts, judgeAws } from './aws.ts';
import type { Check } from './check.ts';
import { type HereFacts, judgeHere } from './here.ts';

const HELP = `
Looks at this machine and, where there are credentials, at the account; reads alone, and deploys nothing.

Exit status: 0 nothing is lacking, 1 something is (of AWS only with --aws), 2 wrong usage.`;

/** What the command works with. */
export interface DoctorWorld {
  out: (text: string) => void;
  err: (text: string) => void;
  lookHere: (tenants: string) => Promise<HereFacts>;
  lookAtAws: (tenants: string) => Promise<AwsFacts>;
}

interface Options {
  aws: boolean;
  json: boolean;
  tenants: string;
}

/** Runs the doctor with the arguments after its name; resolves to the exit status. */
export async function main(args: readonly string[], world: DoctorWorld): Promise<ExitStatus> {
  const command = new Command('npm run doctor --')
    .description('What this machine and this account have and lack, before anything is deployed.')
    .option('--aws', 'what a deployment to AWS lacks counts too', false)
    .option('--json', 'the checks as JSON', false)
    .option('--tenants <dir>', 'the folder of tenant files', join(PROJECT, 'tenants'))
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out(text.trimEnd()),
      writeErr: (text) => world.err(text.trimEnd()),
    });
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return exitStatusOf(error);
    throw error;
  }
  const { aws, json, tenants } = command.opts<Options>();
  const [here, there] = await Promise.all([world.lookHere(tenants), world.lookAtAws(tenants)]);
  const checks = [...judgeHere(here), ...judgeAws(there)];
  const missing = checks.filter((check) => check.state === 'lacking' && (aws || check.for === 'here'));
  world.out(
    json ? printableJson({ ready: missing.length === 0, checks }) : told(checks, missing.length, aws),
  );
  return missing.length === 0 ? 0 : 1;
}

const MARKS = { ok: 'ok', warning: 'mind', lacking: 'LACKS', unknown: '?' } as const;

function told(checks: readonly Check[], missing: number, aws: boolean): string {
  const of = (whom: Check['for']) => {
    const rows = checks.filter((check) => check.for === whom);
    return columns(
      rows.map(({ state, what, found, advice }) => [
        MARKS[state],
        what,
        advice === undefined ? found : `${found}. ${advice}`,
      ]),
    );
  };
  const verdict = missing === 0 ? 'Nothing is lacking' : `${missing} lacking`;
  return [
    'This machine: the local cloud and the tests',
    of('here'),
    '',
    'AWS: a deployment',
    of('aws'),
    '',
    `${verdict}${aws ? '.' : ' for the local cloud (--aws: for a deployment too).'}`,
  ].join('\n');
}
