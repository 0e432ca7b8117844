import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { AuditError } from '../../../core/errors.ts';
import { at, type Reach, reaching, show, type World } from './desk.ts';
import { describeLeaving, offboard } from './offboard.ts';

interface OffboardOptions extends Reach {
  confirm?: string;
  out?: string;
}

const OFFBOARD = `
Without --confirm it says what would be done and changes nothing. With the tenant's own id there, in this order:
  1. the contract ends: what agents send from then on is refused; what the queue has is recorded
  2. every key of an emitter is removed, every token revoked
  3. the whole log, personal fields opened, comes into DIR as a bundle, and is verified
  4. the closing statement becomes a record of the log, and comes into DIR with its receipt and as text
Retention goes on as agreed. Where it is stopped or fails, the same command goes on. It cannot be taken back.
People whom the tenant's own issuer signs in can read until "identity" is out of the tenant file and that is deployed.

Examples:
  npm run tenant -- offboard acme
  npm run tenant -- offboard acme --confirm acme --out acme-leaving`;

/** `offboard`. */
export function addLeavingCommands(program: Command, world: World): void {
  reaching(program.command('offboard'))
    .description(
      'end a contract: nothing more is recorded, all is handed over, and it is stated what is kept',
    )
    .option('--confirm <id>', "the tenant's id once more; nothing is done without")
    .option('--out <dir>', 'where bundle and statement go (default: <id>-leaving)')
    .addHelpText('after', OFFBOARD)
    .action((id: string, options: OffboardOptions) => leave(world, id, options));
}

async function leave(world: World, id: string, options: OffboardOptions): Promise<void> {
  const { confirm, json, out: directory = `${id}-leaving` } = options;
  checkConfirmed(id, confirm);
  await at(id, options, async (tenant, connection) => {
    if (confirm === undefined) {
      const plan = await describeLeaving({ tenant, connection, now: world.now });
      show(world, json, plan, planInWords(plan, directory));
      return;
    }
    const { closing, bundle, statement } = await offboard({
      tenant,
      connection,
      directory,
      now: world.now,
      sleep: setTimeout,
      note: world.err,
    });
    show(
      world,
      json,
      { tenant: id, bundle, statement_file: statement, ...closing },
      [
        `${id} has left. ${bundle}: ${closing.statement.bundle.records} records, verified.`,
        `${statement}: what is kept, where, until when; record ${closing.event_id} of the log.`,
        `Prove it: npm run verify -- ${directory}/closing-statement.json --key '${closing.statement.log.verifier_key}'`,
        'Retention goes on as agreed: leave the stack as it is until then, and keep the folder. Afterwards: destroy.',
      ].join('\n'),
    );
  });
}

export function checkConfirmed(id: string, confirm: string | undefined): void {
  if (confirm !== undefined && confirm !== id)
    throw new AuditError(
      'misconfigured',
      `--confirm ${confirm}: expected ${id}, the tenant that is meant. Nothing was done.`,
    );
}

function planInWords(
  { tenant, ended, ended_at, stated, ...plan }: Awaited<ReturnType<typeof describeLeaving>>,
  directory: string,
): string {
  return [
    ended ? `The contract of ${tenant} ended at ${ended_at}.` : `The contract of ${tenant} has not ended.`,
    stated ? 'Its closing statement stands.' : 'There is no closing statement yet.',
    'To be done:',
    `  ${plan.messages_to_record} messages in the queue to be recorded first`,
    `  ${plan.emitters_to_remove} keys of emitters to be removed, ${plan.tokens_to_revoke} tokens to be revoked`,
    `  the whole log to be written into ${directory}, with the personal fields opened, and the statement`,
    `Nothing was changed. To do it, for good: npm run tenant -- offboard ${tenant} --confirm ${tenant}`,
  ].join('\n');
}
