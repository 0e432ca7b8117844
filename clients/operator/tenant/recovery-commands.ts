import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { AuditError } from '../../../core/errors.ts';
import { openCheckpoint } from '../../../core/log/checkpoint.ts';
import type { RebuildResult } from '../writer-client.ts';
import { verifierKeysOf } from './connect.ts';
import { at, type Reach, reaching, show, type World } from './desk.ts';

interface RebuildCommandOptions extends Reach {
  check: boolean;
  overLiveHead: boolean;
  checkpoint?: string;
}

const EXAMPLES = `
Examples:
  npm run tenant -- rebuild acme --check                     # proves the archive, changes nothing
  npm run tenant -- rebuild acme --checkpoint kept.txt       # and that it leads to a checkpoint that you kept

It may be repeated. Keep the queues: what waits in them is written when the head is back (docs/runbook.md).`;

/** `rebuild`. */
export function addRecoveryCommands(program: Command, world: World): void {
  reaching(program.command('rebuild'))
    .description(
      'make the records table again from the archive, and prove its root; starts a halted log again',
    )
    .option('--check', 'read and prove the archive, and write nothing', false)
    .option('--over-live-head', 'also where the log works; it halts until the rebuild is done', false)
    .option('--checkpoint <file>', 'a checkpoint that was kept elsewhere: the archive must lead to it')
    .addHelpText('after', EXAMPLES)
    .action((id: string, options: RebuildCommandOptions) => rebuild(world, id, options));
}

async function rebuild(world: World, id: string, options: RebuildCommandOptions): Promise<void> {
  const { check, overLiveHead: overLive, checkpoint: file, json } = options;
  const known = file === undefined ? undefined : readKept(file);
  await at(id, options, async (tenant, { writer, kms }) => {
    const verifierKeys = await verifierKeysOf(tenant, kms);
    const progress = (size: number) => world.err(`${size} records so far`);
    const result = await writer.rebuild({ check, overLive, known, progress });
    const done = result.outcome === 'rebuilt' || result.outcome === 'proven';
    const note = done ? result.checkpoint : undefined;
    // The writer's word is not enough: its checkpoint must be one that a key of the log signed.
    if (note !== undefined && !verifierKeys.some((key) => openCheckpoint(note, key).ok))
      throw new AuditError('integrity', 'What the writer answered is not signed by a key that KMS names.');
    show(world, json, { tenant: id, ...result }, inWords(id, result));
    if (!done) world.fail();
  });
}

function readKept(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AuditError(
      'misconfigured',
      `${file} cannot be read: expected a checkpoint, as the API gave it`,
      {
        cause,
      },
    );
  }
}

function inWords(id: string, result: RebuildResult): string {
  switch (result.outcome) {
    case 'rebuilt':
      return [
        `The table of ${id} stands again: ${result.size} records.`,
        `Root ${result.root}, as the archive's signed checkpoint says.`,
        'The log takes events again.',
      ].join('\n');
    case 'proven':
      return [
        `The archive of ${id} is whole: ${result.size} records, each batch continues the one before it.`,
        `Root ${result.root}${result.checkpoint === undefined ? '; its last checkpoint is not in the archive' : ', signed'}.`,
        'Nothing was changed.',
      ].join('\n');
    case 'alive':
      return [
        `The log of ${id} works, at ${result.size} records, so nothing was changed.`,
        'To make its table again all the same: --over-live-head. To look only: --check.',
      ].join('\n');
    case 'damaged':
      return [
        `The archive of ${id} is NOT whole: ${result.object} ${result.problem}.`,
        'The log was not started. See docs/runbook.md#integrity-alert before you do anything else.',
      ].join('\n');
  }
}
