import { join } from 'node:path';
import type { Command } from 'commander';
import type { Scope } from '../../../core/identity/scope.ts';
import { statePaths } from '../local/state.ts';
import { parseTenantId, type World } from '../tenant/desk.ts';
import { locate } from '../tenant/locate.ts';
import { printable, printableLines } from '../tenant/terminal.ts';
import { DEFAULTS, inquiryOf, type Wanted } from './simulate/inquiry.ts';
import { Session } from './simulate/session.ts';
import { type Exchange, simulate } from './simulate/simulate.ts';
import { transcriptOf } from './simulate/transcript.ts';
import { withApi } from './tenant-api.ts';

/** Enough to read, to open personal fields, to export, and to see how long records are kept. */
const SCOPES: readonly Scope[] = ['events:read', 'log:read', 'personal:read', 'exports', 'retention'];

const NOTE = `
Asks the five questions of a procurement review of the running system, through its HTTP API, as a person would: what was
asked, the answer, and the evidence, verified offline. Who and when the questions are about can be given; the defaults are
answered by what the example agents leave in the local cloud.

The command makes a token for a day and revokes it; both are records of the tenant's log, as each read is. The folder gets
the transcript, and every answer as a file that npm run verify takes.`;

interface Options extends Wanted {
  tenant: string;
  out?: string;
  state: string;
  outputs?: string;
}

/** `simulate`. */
export function addSimulateCommand(program: Command, world: World): void {
  program
    .command('simulate')
    .description('the five questions, asked live')
    .requiredOption('--tenant <id>', 'the tenant', parseTenantId)
    .option(
      '--out <dir>',
      'the folder for transcript and evidence (default: procurement/<id> in the state directory)',
    )
    .option('--user <id>', 'on whose behalf the agent acted', DEFAULTS.user)
    .option('--agent <id>', 'the agent', DEFAULTS.agent)
    .option('--from <date>', 'the first day', DEFAULTS.from)
    .option('--to <date>', 'the last day', DEFAULTS.to)
    .option('--at <minute>', 'the minute of the change', DEFAULTS.at)
    .option('--time-zone <name>', 'whose days and minutes these are', DEFAULTS.timeZone)
    .option('--record <word>', 'what was changed', DEFAULTS.record)
    .option('--state <dir>', 'state directory of the local cloud, which is looked at first', '.local')
    .option('--outputs <file>', 'what cdk deploy --outputs-file wrote; nothing else is looked at')
    .addHelpText('after', NOTE)
    .action((options: Options) => run(world, options));
}

async function run(world: World, options: Options): Promise<void> {
  const inquiry = inquiryOf(options);
  const tenant = locate(options.tenant, options);
  const directory = options.out ?? join(statePaths(options.state).dir, 'procurement', tenant.id);
  await withApi(tenant, SCOPES, world.now, async (api) => {
    const session = new Session(api, directory);
    const simulation = await simulate(session, inquiry, (exchange) => tell(world, exchange));
    const { apiUrl } = tenant;
    const { consoleUrl, verifierKey } = api;
    const setting = {
      tenantId: tenant.id,
      apiUrl,
      consoleUrl,
      verifierKey,
      date: new Date(world.now()).toISOString(),
    };
    const file = join(directory, await session.keep('transcript.md', transcriptOf(simulation, setting)));
    const { exchanges, seconds, passed } = simulation;
    const stood = exchanges.filter((exchange) => exchange.stands).length;
    world.out(
      `\n${stood} of ${exchanges.length} questions answered and verified, in ${seconds.toFixed(1)} s. Transcript: ${file}`,
    );
    if (!passed) world.fail();
  });
}

function tell({ out }: World, { id, question, headline, seconds, stands, faults, evidence }: Exchange): void {
  const failed = evidence.filter(({ verified }) => !verified).map(({ says }) => `does not verify: ${says}`);
  out(
    printableLines(
      [
        `\n${id}. ${question}`,
        ...(headline === '' ? [] : [`   ${printable(headline)}`]),
        ...[...faults, ...failed].map((why) => `   ${printable(why)}`),
        `   ${stands ? 'answered, verified' : 'NOT ANSWERED'}, ${seconds.toFixed(1)} s`,
      ].join('\n'),
    ),
  );
}
