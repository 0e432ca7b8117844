import { Command, CommanderError } from 'commander';
import type { World } from './desk.ts';
import { addDestroyCommand } from './destroy-command.ts';
import { addEmitterCommands } from './emitter-commands.ts';
import { addExportCommand } from './export-command.ts';
import { describeFailure, type ExitStatus, exitStatusOf } from './failure.ts';
import { addKeyCommands } from './key-commands.ts';
import { addLeavingCommands } from './leaving-commands.ts';
import { addRecoveryCommands } from './recovery-commands.ts';
import { addRetentionCommand } from './retention-command.ts';
import { addTenantCommands } from './tenant-commands.ts';
import { addTokenCommands } from './token-commands.ts';

const HELP = `
A tenant is looked for in the running local cloud, then in AWS: the files that cdk deploy --outputs-file wrote
(cdk-outputs/<id>.json, cdk-outputs.json, or --outputs FILE), with the credentials of the shell (docs/operating.md).

Examples:
  npm run tenant -- add initech --tier table-per-tenant --region eu-central-1
  npm run tenant -- status acme
  npm run tenant -- rebuild acme --check
  npm run tenant -- token create acme --preset reader --name siem --expires-in-days 90
  npm run tenant -- emitter create acme --agent refund-agent
  npm run tenant -- export acme --format ndjson --from 2026-11-01T00:00:00Z --out november
  npm run tenant -- export acme --format tlog-tiles --out acme-log

Exit status: 0 done, 1 refused by the service or something failed, 2 wrong usage or a file that cannot be used.`;

/** Runs the operator's command with the arguments after its name; resolves to the exit status. */
export async function main(args: readonly string[], world: Omit<World, 'fail'>): Promise<ExitStatus> {
  let status: ExitStatus = 0;
  const program = new Command('npm run tenant --')
    .description("The operator's command: tenants, their tokens and their emitters.")
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out(text.trimEnd()),
      writeErr: (text) => world.err(text.trimEnd()),
    });
  const fail = () => {
    status = 1;
  };
  addTenantCommands(program, { ...world, fail });
  addRecoveryCommands(program, { ...world, fail });
  addKeyCommands(program, { ...world, fail });
  addTokenCommands(program, { ...world, fail });
  addEmitterCommands(program, { ...world, fail });
  addExportCommand(program, { ...world, fail });
  addRetentionCommand(program, { ...world, fail });
  addLeavingCommands(program, { ...world, fail });
  addDestroyCommand(program, { ...world, fail });
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    // Commander has said what it found wrong.
    if (!(error instanceof CommanderError)) world.err(describeFailure(args.join(' '), error));
    return exitStatusOf(error);
  }
}
