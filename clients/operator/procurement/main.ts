import { Command, CommanderError } from 'commander';
import type { World } from '../tenant/desk.ts';
import { describeFailure, type ExitStatus, exitStatusOf } from '../tenant/failure.ts';
import { addAnswerCommand } from './answer-command.ts';
import { addPackCommand } from './pack-command.ts';
import { addSimulateCommand } from './simulate-command.ts';

const HELP = `
Examples:
  npm run procurement -- pack --tenant acme --out acme-package
  npm run procurement -- simulate --tenant acme
  npm run procurement -- answer "How do you prevent cross-tenant leakage?"

Exit status: 0 done, 1 an answer is missing, wrong or does not verify, 2 wrong usage or a file that cannot be used.`;

/** Runs the procurement command with the arguments after its name; resolves to the exit status. */
export async function main(args: readonly string[], world: Omit<World, 'fail'>): Promise<ExitStatus> {
  let status: ExitStatus = 0;
  const program = new Command('npm run procurement --')
    .description('What a procurement review asks for, answered by the running system.')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.out(text.trimEnd()),
      writeErr: (text) => world.err(text.trimEnd()),
    });
  const fail = () => {
    status = 1;
  };
  addPackCommand(program, { ...world, fail });
  addSimulateCommand(program, { ...world, fail });
  addAnswerCommand(program, { ...world, fail });
  try {
    await program.parseAsync(args, { from: 'user' });
    return status;
  } catch (error) {
    if (!(error instanceof CommanderError)) world.err(describeFailure(args.join(' '), error));
    return exitStatusOf(error);
  }
}
