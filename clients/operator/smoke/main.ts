import { Command, CommanderError } from 'commander';
import { interruptible } from '../local/foreground.ts';
import type { Progress } from '../local/progress.ts';
import { operatorName, parseTenantId } from '../tenant/desk.ts';
import { describeFailure, type ExitStatus, exitStatusOf } from '../tenant/failure.ts';
import { type DeployedTenant, locate, whereabouts } from '../tenant/locate.ts';
import { smoke } from './smoke.ts';

const HELP = `
Makes a token and an emitter for itself, sends a task over SQS and one over HTTPS through the SDK, waits for their
receipts, verifies records and receipts, and ends the token and the emitter. The six events stay in the tenant's log, as
those of the agent audit-trail-smoke.

Examples:
  npm run smoke -- --tenant acme
  npm run smoke -- --tenant acme --outputs cdk-outputs/acme.json

Exit status: 0 it works, 1 it does not, 2 wrong usage or a file that cannot be used.`;

interface Options {
  tenant: string;
  state: string;
  outputs?: string;
  actor: string;
}

/** What the command works with. */
export interface SmokeWorld {
  progress: Progress;
  out: (text: string) => void;
  err: (text: string) => void;
  /** Makes the process's AWS credentials those of the operator of a local cloud. */
  becomeLocalOperator: (tenant: DeployedTenant, endpoint: string) => void;
}

/** Runs the smoke test with the arguments after its name; resolves to the exit status. */
export async function main(args: readonly string[], world: SmokeWorld): Promise<ExitStatus> {
  const command = new Command('npm run smoke --')
    .description('One task over each way through a tenant as it is deployed.')
    .requiredOption('--tenant <id>', 'the tenant', parseTenantId)
    .option('--state <dir>', 'state directory of the local cloud, which is looked at first', '.local')
    .option('--outputs <file>', 'what cdk deploy --outputs-file wrote; nothing else is looked at')
    .option('--actor <name>', "who does it, for the tenant's log", operatorName())
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out(text.trimEnd()),
      writeErr: (text) => world.err(text.trimEnd()),
    });
  try {
    command.parse(args, { from: 'user' });
    const options = command.opts<Options>();
    const tenant = locate(options.tenant, options);
    world.progress.say(`${tenant.id} in ${whereabouts(tenant)}`);
    if (tenant.local) world.becomeLocalOperator(tenant, tenant.local.endpoint);
    let finished = false;
    await interruptible(async (signal) => {
      await smoke(tenant, { actor: options.actor, progress: world.progress, signal });
      finished = true;
    });
    if (finished) world.progress.say(`${tenant.id} takes events on both ways, and its log proves them.`);
    return finished ? 0 : 1;
  } catch (error) {
    if (!(error instanceof CommanderError)) world.err(describeFailure('finish the smoke test', error));
    return exitStatusOf(error);
  }
}
