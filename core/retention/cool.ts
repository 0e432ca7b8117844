import {
  dayOf,
  offsetsObject,
  parseRecordsObject,
  type RecordsFile,
  recordsObject,
} from '../archive/layout.ts';
import { decodeRecordsFile } from '../archive/records-file.ts';
import { equalBytes, fromUtf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import { coldBatchOf, cooled } from '../index/event-item.ts';
import { commitObject, eventKey, HEAD_KEY } from '../index/keys.ts';
import type { Item } from '../ports.ts';
import { batchOf } from '../query/batches.ts';
import type { AuditRecord } from '../record/record.ts';
import { decodeSegment, type Segment } from '../sequencer/segment.ts';
import { getAll, type Patience, putAll } from '../sequencer/until-processed.ts';
import type { Keeper } from './keeper.ts';
import { objectsUnder } from './plan-purge.ts';

const DAY_MS = 86_400_000;
const RESERVE_MS = 20_000;
const LINE = { pk: HEAD_KEY.pk, sk: 'COLD' };

/**
 * Takes the leaves of records out of the table that are older than `days`. The rest of their items stays, and so do index, counts,
 * cursors and proofs; who asks for the record gets it out of its batch in the archive, from then on. Never before the archive
 * holds it twice: batch and file of daily records, with its offsets, are read and compared first. Idempotent; returns how
 * many records went cold.
 */
export async function coolRecords(keeper: Keeper, days: number, deadline: number): Promise<number> {
  const now = keeper.clock.now();
  const patience: Patience = { clock: keeper.clock, random: keeper.random, deadline };
  const head = await keeper.heads.read();
  const [standing] = await getAll(keeper.table, [LINE], patience);
  let line = Math.max(Number(standing?.['below'] ?? 0), head?.purged?.below ?? 0);
  const dueBefore = dayOf(now - days * DAY_MS);
  let records = 0;
  for await (const [version] of objectsUnder(keeper, 'records/')) {
    const file = version && parseRecordsObject(version.key);
    if (!file || file.last < line) continue;
    // Files are written in order and without a hole; what a purge kept stands below its line, and stays as it is.
    if (file.day >= dueBefore || file.first > line || keeper.clock.now() > deadline - RESERVE_MS) break;
    records += await coolFile(file, line, keeper, patience);
    line = file.last + 1;
    await putAll(keeper.table, [{ ...LINE, below: line }], patience);
  }
  return records;
}

async function coolFile(
  file: RecordsFile,
  line: number,
  keeper: Keeper,
  patience: Patience,
): Promise<number> {
  const leaves = await archivedLeaves(file, keeper);
  let records = 0;
  for (let first = (await batchOf(keeper.table, line)).batchFirst; first <= file.last; ) {
    const segment = await readBatch(first, keeper);
    const places = new Map<string, number>();
    for (const [position, { bytes }] of segment.leaves.entries()) {
      const index = first + position;
      if (index < line || index > file.last) continue;
      const archived = leaves[index - file.first];
      if (!archived || !equalBytes(archived, bytes))
        throw new AuditError(
          'integrity',
          `${recordsObject(file)} and ${commitObject(first)} differ at ${index}`,
        );
      places.set((JSON.parse(fromUtf8(bytes)) as AuditRecord).event.event_id, index);
    }
    const items = await getAll(keeper.table, [...places.keys()].map(eventKey), patience);
    const warm = items.filter((item) => coldBatchOf(item) === undefined && places.get(item.sk) === item['i']);
    await putAll(
      keeper.table,
      warm.map((item): Item => cooled(item, first)),
      patience,
    );
    records += warm.length;
    first += segment.leaves.length;
  }
  return records;
}

async function archivedLeaves(file: RecordsFile, { archive, codec }: Keeper): Promise<Uint8Array[]> {
  const bytes = await archive.read(recordsObject(file));
  const offsets = await archive.read(offsetsObject(file));
  if (!bytes || !offsets)
    throw new AuditError(
      'integrity',
      `${recordsObject(file)} is listed, and it or its offsets cannot be read`,
    );
  return decodeRecordsFile(bytes, codec);
}

async function readBatch(first: number, { archive, codec }: Keeper): Promise<Segment> {
  const bytes = await archive.read(commitObject(first));
  if (!bytes) throw new AuditError('integrity', `the archive lacks the batch at ${first}`);
  return decodeSegment(bytes, codec);
}
