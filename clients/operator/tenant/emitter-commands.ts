import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { at, collect, type Reach, reaching, show, type World } from './desk.ts';
import { createEmitter, listEmitters, mintEmitterId, removeEmitter, stateOfEmitter } from './emitters.ts';
import { table } from './terminal.ts';

interface CreateOptions extends Reach {
  agent: string[];
  name?: string;
  out?: string;
}

const EXAMPLES = `
Examples:
  npm run tenant -- emitter create acme --agent refund-agent --agent trip-planner
  npm run tenant -- emitter create acme --agent refund-agent --out /run/secrets/refunds.json
  npm run tenant -- emitter list acme
  npm run tenant -- emitter remove acme KID --compromised-since 2026-11-24T08:00:00Z`;

/** `emitter create | list | remove`. */
export function addEmitterCommands(program: Command, world: World): void {
  const emitter = program
    .command('emitter')
    .description('senders to the queue, each with a key of its own')
    .addHelpText('after', EXAMPLES);

  reaching(emitter.command('create'))
    .description('make an Ed25519 key pair on this machine and register its public half')
    .requiredOption('--agent <agent>', 'an agent id that it may speak for; repeatable', collect)
    .option('--name <name>', "the emitter's id (default: a new one)", parseName)
    .option('--out <file>', 'where the private key goes (default: <id>-<name>.emitter.json)')
    .addHelpText('after', EXAMPLES)
    .action((id: string, options: CreateOptions) => create(world, id, options));

  reaching(emitter.command('list'))
    .description('all emitters, removed ones included')
    .action((id: string, options: Reach) =>
      at(id, options, async (_, { admin }) => {
        const emitters = await listEmitters(admin);
        const rows = emitters.map((entry) => [
          entry.kid,
          entry.emitter_id,
          stateOfEmitter(entry),
          `${entry.created_at} by ${entry.created_by}`,
          entry.agents.join(' '),
        ]);
        show(world, options.json, { emitters }, table(['KID', 'EMITTER', 'STATE', 'MADE', 'AGENTS'], rows));
      }),
    );

  reaching(emitter.command('remove'))
    .argument('<kid>', 'the key id that create and list show, or the id of an emitter for all its keys')
    .option(
      '--compromised-since <time>',
      'the key leaked: nothing that it signed from this time on (RFC 3339) is believed',
      parseTime,
    )
    .description('take a key out of use')
    .allowUnknownOption() // one key id in sixty-four begins with a dash; what is no option is then an argument too many
    .addHelpText('after', EXAMPLES)
    .action((id: string, kid: string, options: Reach & { compromisedSince?: string }) =>
      at(id, options, async (_, { admin }) => {
        const removed = await removeEmitter(admin, kid, options.compromisedSince);
        const keys = removed.map((entry) => `${entry.kid} of ${entry.emitter_id}: ${stateOfEmitter(entry)}`);
        show(
          world,
          options.json,
          { emitters: removed },
          `${keys.join('\n')}\nA removed key can never be registered again.`,
        );
      }),
    );
}

async function create(world: World, id: string, options: CreateOptions): Promise<void> {
  const emitterId = options.name ?? mintEmitterId();
  const file = resolve(options.out ?? `${id}-${emitterId}.emitter.json`);
  await at(id, options, async (tenant, { admin }) => {
    const { kid } = await createEmitter(admin, tenant, { emitterId, agents: options.agent, file });
    show(
      world,
      options.json,
      { emitter_id: emitterId, kid, agents: options.agent, emitter_key_file: file },
      `Emitter ${emitterId} of ${id} may speak for ${options.agent.join(', ')}; key id ${kid}.\n` +
        `Its private key is in ${file} and nowhere else: nobody can make it again.\n` +
        'Hand the file to the agent as a secret, and delete it here. Who has it writes as these agents.',
    );
  });
}

function parseName(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected up to 64 letters, digits, dots, hyphens and underscores.');
}

function parseTime(text: string): string {
  const parsed = z.iso.datetime({ offset: true }).safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError('Expected a time such as 2026-11-24T08:00:00Z.');
  return new Date(parsed.data).toISOString();
}
