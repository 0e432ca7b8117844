import type { AuditRecord } from '../record/record.ts';
import { select } from './filter.ts';
import type { LogReader } from './log-reader.ts';
import { matchesByTime } from './matches.ts';
import { readRecords } from './records.ts';

const MOST_RECORDS = 1_000; // a batch each
const START = { occurredAt: -1, index: -1 };

/**
 * How many events the log refused in a time, as its first `size` records tell, of whatever task: nobody knows of which one
 * an event was that could not be read. The first thousand batches count.
 */
export async function countRefused(
  reader: LogReader,
  { from, to }: { from?: string | undefined; to?: string | undefined },
  size: number,
): Promise<number> {
  const filter = { event_type: ['EVENTS_REFUSED' as const], from, to };
  const selection = select(filter, reader.keys.index);
  const found = await matchesByTime(reader.table, selection, size, START, MOST_RECORDS);
  const ids = found.map(({ eventId }) => eventId);
  const records = await readRecords(reader, ids);
  return [...records.values()].reduce((sum, { record }) => sum + refusedIn(record), 0);
}

function refusedIn({ event }: AuditRecord): number {
  return event.event_type === 'EVENTS_REFUSED' ? event.payload.refused : 0;
}
