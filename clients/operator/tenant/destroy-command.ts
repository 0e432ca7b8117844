import { setTimeout } from 'node:timers/promises';
import type { Command } from 'commander';
import { formatTimestamp } from '../../../core/event/time.ts';
import { at, type Reach, reaching, show, type World } from './desk.ts';
import { withHoldings } from './destroy/aws-holdings.ts';
import { contractOf } from './destroy/contract.ts';
import { type Destroyed, destroy, type Look, look } from './destroy/destroy.ts';
import type { Inventory } from './destroy/inventory.ts';
import { checkConfirmed } from './leaving-commands.ts';

interface DestroyOptions extends Reach {
  confirm?: string;
  out?: string;
}

/** List prices of us-east-1 in US dollars: S3 Standard a gigabyte and month, a KMS key a month. */
const GIGABYTE_MONTH = 0.023;
const KEY_MONTH = 1;

const DESTROY = `
Only after offboard, when all that was agreed is over and no legal hold stands. Without --confirm it says what would go, what
stays locked until when, and what stands against it, and changes nothing. With the tenant's own id there, in this order:
  1. the stack: API, functions, roles, alarms. From then on nothing is written or served
  2. queues, tables, the secret, the work bucket
  3. the archive, as a whole, once no object in it is locked or held; until then it stays, and the keys with it
  4. the keys, 30 days later; their policies admit the role AuditTrail-BreakGlass alone
Where it is stopped, fails or has to wait, the same command goes on. It cannot be taken back.

Examples:
  npm run tenant -- destroy acme
  npm run tenant -- destroy acme --confirm acme --out acme-leaving`;

/** `destroy`. */
export function addDestroyCommand(program: Command, world: World): void {
  reaching(program.command('destroy'))
    .description('delete what a tenant that has left still has here, as far as nothing is locked')
    .option('--confirm <id>', "the tenant's id once more; nothing is done without")
    .option('--out <dir>', 'where offboard put the closing statement (default: <id>-leaving)')
    .addHelpText('after', DESTROY)
    .action((id: string, options: DestroyOptions) => end(world, id, options));
}

async function end(world: World, id: string, options: DestroyOptions): Promise<void> {
  const { confirm, json, out: directory = `${id}-leaving` } = options;
  checkConfirmed(id, confirm);
  await at(id, options, (tenant, connection) =>
    withHoldings(tenant, async (holdings) => {
      const contract = contractOf(tenant, connection);
      const terms = { tenant, contract, holdings, directory, now: world.now };
      if (confirm === undefined) {
        const seen = await look(terms);
        const { kept, archive, blocks, standing } = seen;
        const plan = { tenant: id, begun: standing !== undefined, blocks, kept, archive: shown(archive) };
        show(world, json, { ...plan, dollars_a_year: yearly(seen) }, planInWords(id, directory, seen));
        return;
      }
      const done = await destroy({ ...terms, sleep: setTimeout, note: world.err });
      const { state, archive, journal } = done;
      show(world, json, { state, ...journal, archive: shown(archive) }, doneInWords(id, directory, done));
      if (state !== 'destroyed') world.fail();
    }),
  );
}

function shown({ until, ...counts }: Inventory) {
  return { ...counts, ...(until !== undefined && { locked_until: formatTimestamp(until) }) };
}

/** What archive and keys cost a year, for as long as they stay. */
function yearly({ kept, archive }: Pick<Look, 'kept' | 'archive'>): string {
  return (12 * ((archive.bytes / 2 ** 30) * GIGABYTE_MONTH + kept.keys.length * KEY_MONTH)).toFixed(2);
}

function planInWords(id: string, directory: string, seen: Look): string {
  const { kept, archive, blocks, standing } = seen;
  const { tables, queues, secrets, work, keys } = kept;
  return [
    standing ? `The destruction of ${id} was begun at ${standing.began_at}.` : `${id} stands.`,
    `Goes ${standing ? 'first, where it is there still' : 'at once'}: the stack, ${tables.length} tables, ${queues.length} queues, ${secrets.length} secret, the work bucket ${work}.`,
    `Goes when no lock is left: the archive ${kept.archive}: ${inventoryInWords(archive)}.`,
    `Goes last: ${keys.length} keys, 30 days after the role AuditTrail-BreakGlass asked for it.`,
    `Archive and keys cost about $${yearly(seen)} a year while they stay (list prices of us-east-1).`,
    ...(blocks.length === 0 ? [] : ['Not yet:', ...blocks.map((block) => `- ${block}`)]),
    blocks.length === 0
      ? `Nothing was changed. To do it, for good: npm run tenant -- destroy ${id} --out ${directory} --confirm ${id}`
      : 'Nothing was changed.',
  ].join('\n');
}

function inventoryInWords({ objects, bytes, locked, until, held }: Inventory): string {
  const ends = until === undefined ? '' : `, the last until ${formatTimestamp(until)}`;
  return `${objects} objects of ${bytes} octets, ${locked} locked${ends}, ${held} under S3's legal hold`;
}

function doneInWords(id: string, directory: string, { state, archive, journal }: Destroyed): string {
  const { kept, keys } = journal;
  const says = `${directory}/destruction.json says what went, when; keep it with the closing statement.`;
  if (state === 'archive_locked')
    return [
      `The stack of ${id} and what it worked with are gone. The archive ${kept.archive} stays: ${inventoryInWords(archive)}.`,
      `It and the keys cost about $${yearly({ kept, archive })} a year. Run this again when no lock is left.`,
      `Until then keep ${directory} and the file that names the tenant's outputs: the run goes on from there.`,
      says,
    ].join('\n');
  const left = kept.keys.filter((key) => keys[key] === undefined);
  if (state === 'keys_refused')
    return [
      `All that ${id} had is gone, but for ${left.length} keys ($${left.length * KEY_MONTH} a month): ${left.join(', ')}.`,
      'Run this again with a session of the role AuditTrail-BreakGlass (docs/operating.md#keys-and-their-end).',
      says,
    ].join('\n');
  return [
    `All that ${id} had is gone. Its keys end: ${kept.keys.map((key) => `${key} at ${keys[key]}`).join(', ')}.`,
    `The secret can be restored for 30 days, and the tables' last state, which DynamoDB keeps, for 35.`,
    says,
    `Now take tenants/${id}.json and cdk-outputs/${id}.json away.`,
  ].join('\n');
}
