import { AuditError } from '../../../../core/errors.ts';
import { formatTimestamp } from '../../../../core/event/time.ts';
import type { DeployedTenant } from '../locate.ts';
import { type Contract, standingOf } from './contract.ts';
import type { Holdings, Kept, StackFound } from './holdings.ts';
import { empty, type Inventory, takeInventory } from './inventory.ts';
import { type DestructionJournal, readDestruction, writeDestruction } from './journal.ts';

const POLL_MS = 5_000;
const STUCK_MS = 60 * 60_000;

/** What destroying works with; `note` hears of each step. */
export interface Destruction {
  tenant: DeployedTenant;
  contract: Contract;
  holdings: Holdings;
  /** Where off-boarding put the closing statement; the journal goes there. */
  directory: string;
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  note: (line: string) => void;
}

/** What it came to; `archive` is what there was when it was looked at. */
export interface Destroyed {
  /** `archive_locked`: the archive and the keys are there. `keys_refused`: keys alone are. */
  state: 'archive_locked' | 'keys_refused' | 'destroyed';
  archive: Inventory;
  journal: DestructionJournal;
}

/**
 * Ends what a tenant has. First the stack goes, so that nothing is written any more; then what was kept for its sake; the archive
 * when the last lock in it has ended, and the keys after it. What was done is not asked for again, and all else may be done twice:
 * after a failure or a crash anywhere, the same command goes on. Throws `conflict` where something stands against it.
 */
export async function destroy(destruction: Destruction): Promise<Destroyed> {
  const { holdings, directory, now, note } = destruction;
  const time = () => formatTimestamp(now());
  let journal = await begin(destruction);
  const keep = (more: Partial<DestructionJournal>) => {
    journal = { ...journal, ...more };
    writeDestruction(directory, journal);
  };
  const { kept } = journal;
  if (journal.stopped_at === undefined) {
    await stop(destruction, journal.stack);
    keep({ stopped_at: time() });
    note('The stack is gone: nothing is written or served any more.');
  }
  if (journal.cleared_at === undefined) {
    await clear(holdings, kept);
    keep({ cleared_at: time() });
    note('Tables, queues, the secret and the work bucket are gone.');
  }
  const archive = await takeInventory(holdings, kept.archive, now());
  if (archive.locked + archive.held > 0) return { state: 'archive_locked', archive, journal };
  if (journal.emptied_at === undefined) {
    // Counted before the first is deleted, for whoever reads what there was.
    if (!journal.archive) keep({ archive: { objects: archive.objects, bytes: archive.bytes } });
    await holdings.liftPolicy(kept.archive);
    await empty(holdings, kept.archive);
    keep({ emptied_at: time() });
    note('The archive is gone.');
  }
  for (const key of kept.keys.filter((one) => journal.keys[one] === undefined)) {
    const ends = await holdings.scheduleKey(key);
    if (ends !== undefined) keep({ keys: { ...journal.keys, [key]: formatTimestamp(ends) } });
  }
  const refused = kept.keys.some((key) => journal.keys[key] === undefined);
  return { state: refused ? 'keys_refused' : 'destroyed', archive, journal };
}

/** The journal that stands, where the stack is on its way; else a new one, once nothing stands against it. */
async function begin(destruction: Destruction): Promise<DestructionJournal> {
  const { tenant, directory, now } = destruction;
  const { blocks, standing, kept, stack, closing } = await look(destruction);
  if (standing && stack?.state !== 'live') return standing;
  if (blocks.length > 0 || !stack || !closing)
    throw new AuditError(
      'conflict',
      `Nothing was changed:\n${blocks.map((block) => `- ${block}`).join('\n')}`,
    );
  const journal: DestructionJournal = {
    destruction_version: 1,
    tenant: tenant.id,
    account: tenant.account,
    log_origin: tenant.logOrigin,
    stack: stack.id,
    closing_statement: closing.event_id,
    began_at: formatTimestamp(now()),
    kept,
    keys: {},
  };
  writeDestruction(directory, journal);
  return journal;
}

/** What there is, and what stands against its end. Changes nothing. */
export interface Look {
  standing: DestructionJournal | undefined;
  stack: StackFound | undefined;
  kept: Kept;
  archive: Inventory;
  blocks: string[];
  closing: { event_id: string } | undefined;
}

/** Throws `forbidden` with credentials of another account, in which all would seem to be gone. */
export async function look({
  tenant,
  contract,
  holdings,
  directory,
  now,
}: Pick<Destruction, 'tenant' | 'contract' | 'holdings' | 'directory' | 'now'>): Promise<Look> {
  const account = await holdings.account();
  if (account !== tenant.account)
    throw new AuditError(
      'forbidden',
      `The credentials in use are of account ${account}, and ${tenant.id} is in ${tenant.account}.`,
    );
  const standing = readDestruction(directory, tenant.id);
  // By its id once it was begun: a later stack of the same name is another tenant's life.
  const stack = await holdings.stack(standing?.stack ?? `AuditTrail-${tenant.id}`);
  if (standing && stack?.state !== 'live') {
    const archive = await takeInventory(holdings, standing.kept.archive, now());
    return { standing, stack, kept: standing.kept, archive, blocks: [], closing: undefined };
  }
  if (stack?.state !== 'live')
    throw new AuditError(
      'conflict',
      `The stack AuditTrail-${tenant.id} is not there, or being deleted, and ${directory}/destruction.json is not there either: it ` +
        'was begun in another folder (--out), or by other means (docs/operations/tenants.md#remove-a-tenant).',
    );
  const kept = await holdings.kept(stack.id);
  const archive = await takeInventory(holdings, kept.archive, now());
  const { blocks, closing } = await standingOf(contract, { id: tenant.id, directory, now: now() }, archive);
  return { standing, stack, kept, archive, blocks, closing };
}

async function stop({ holdings, now, sleep, note }: Destruction, stackId: string): Promise<void> {
  const since = now();
  for (let asked = false; ; ) {
    const found = await holdings.stack(stackId);
    if (!found || found.state === 'gone') return;
    if (asked && found.state === 'failed')
      throw new AuditError(
        'unavailable',
        `CloudFormation could not delete the stack: ${found.reason || 'see its events'}. Then run this again.`,
      );
    if (!asked && found.state !== 'deleting') {
      note('The stack is being deleted, which takes some minutes.');
      await holdings.deleteStack(stackId);
      asked = true;
    }
    if (now() - since > STUCK_MS)
      throw new AuditError('unavailable', 'The stack is still being deleted after an hour: run this again.');
    await sleep(POLL_MS);
  }
}

async function clear(holdings: Holdings, { queues, tables, secrets, work }: Kept): Promise<void> {
  for (const queue of queues) await holdings.deleteQueue(queue);
  for (const table of tables) await holdings.deleteTable(table);
  for (const secret of secrets) await holdings.deleteSecret(secret);
  await empty(holdings, work);
}
