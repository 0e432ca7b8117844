import type { Command } from 'commander';
import { AuditError } from '../../../core/errors.ts';
import { openCheckpoint } from '../../../core/log/checkpoint.ts';
import type { RotationResult } from '../writer-client.ts';
import { verifierKeysOf } from './connect.ts';
import { at, type Reach, reaching, show, type World } from './desk.ts';

const STEPS = `
The new key is made by a deployment, so there are two steps:
  1. tenants/<id>.json: raise "signing_keys" by one (it is 1 where it is missing), then deploy the stack
  2. npm run tenant -- rotate-key <id>
Readers need nothing new: everything verifies from the first key, by the chain at /v1/audit/log/keys (docs/operating.md).`;

/** `rotate-key`. */
export function addKeyCommands(program: Command, world: World): void {
  reaching(program.command('rotate-key'))
    .description('hand the log over to the newest signing key that its stack has')
    .addHelpText('after', STEPS)
    .action((id: string, options: Reach) => rotate(world, id, options));
}

async function rotate(world: World, id: string, options: Reach): Promise<void> {
  await at(id, options, async (tenant, { writer, kms }) => {
    const result = await writer.rotateKey();
    const newest = (await verifierKeysOf(tenant, kms)).at(-1);
    // The writer's word is not enough: KMS names the key, and its signature is on the checkpoint.
    if (result.verifierKey !== newest)
      throw new AuditError(
        'integrity',
        'The key that the writer signs with is not the newest one of the stack.',
      );
    if (result.outcome === 'rotated' && !signedByBoth(result))
      throw new AuditError('integrity', 'The checkpoint of the rotation does not verify under both keys.');
    show(world, options.json, { tenant: id, ...result }, inWords(id, result));
    if (result.outcome === 'current') world.fail();
  });
}

function signedByBoth({
  previous,
  verifierKey,
  checkpoint,
}: RotationResult & { outcome: 'rotated' }): boolean {
  return openCheckpoint(checkpoint, previous).ok && openCheckpoint(checkpoint, verifierKey).ok;
}

function inWords(id: string, result: RotationResult): string {
  if (result.outcome === 'current') {
    return [
      `The log of ${id} is signed by the newest key of its stack already, so nothing was changed.`,
      'To make another key: raise "signing_keys" in the tenant\'s file by one, and deploy.',
    ].join('\n');
  }
  return [
    `The log of ${id} was handed over at ${result.size} records. Both keys signed that checkpoint.`,
    `from  ${result.previous}`,
    `to    ${result.verifierKey}`,
    'Whoever verifies from the first key needs no new one: the chain is at /v1/audit/log/keys.',
  ].join('\n');
}
