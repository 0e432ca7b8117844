import { AuditError } from '../errors.ts';
import type { TenantKeys } from '../index/tenant-keys.ts';
import type {
  Archive,
  Clock,
  Codec,
  Head,
  HeadStore,
  Item,
  ItemKey,
  Random,
  RecordsReader,
  WorkStore,
} from '../ports.ts';
import { backOff } from '../sequencer/until-processed.ts';
import type { CosignatureStore } from '../witness/cosignatures.ts';

/** One tenant's log, as its readers see it. */
export interface LogReader {
  keys: Pick<TenantKeys, 'index' | 'dedupe' | 'cursor'>;
  heads: Pick<HeadStore, 'read'>;
  table: RecordsReader;
  archive: Pick<Archive, 'read'>;
  work: Pick<WorkStore, 'read'>;
  /** Where the tenant has witnesses: what they cosigned. */
  cosignatures?: Pick<CosignatureStore, 'covering'>;
  codec: Codec;
  clock: Clock;
  random: Random;
}

/** What entries are read with: whoever walks the log by index needs no key of the tenant's. */
export type EntryReader = Omit<LogReader, 'keys'>;

const PATIENCE_MS = 10_000;

/** The head. Throws `unavailable` where the log was never opened. */
export async function readHead(reader: Pick<LogReader, 'heads'>): Promise<Head> {
  const head = await reader.heads.read();
  if (!head) throw new AuditError('unavailable', 'the log has no head yet');
  return head;
}

/** The items under `keys` that there are. An unprocessed key is asked for again until it is known. */
export async function readItems(
  { table, clock, random }: Pick<LogReader, 'table' | 'clock' | 'random'>,
  keys: readonly ItemKey[],
): Promise<Item[]> {
  const patience = { clock, random, deadline: clock.now() + PATIENCE_MS };
  const items: Item[] = [];
  let rest = [...keys];
  for (let attempt = 0; rest.length > 0; attempt++) {
    const answer = await table.get(rest);
    items.push(...answer.items);
    rest = answer.unprocessed;
    if (rest.length > 0) await backOff(attempt, patience);
  }
  return items;
}
