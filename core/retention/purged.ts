import { z } from 'zod';
import type { AuditEvent } from '../event/event.ts';
import { timestamp } from '../event/values.ts';
import { HEAD_KEY } from '../index/keys.ts';
import { paddedIndex } from '../index/packing.ts';
import { TILE_WIDTH } from '../log/tile.ts';
import type { Item, Purged, RecordsReader } from '../ports.ts';

const afterSchema = z.looseObject({
  purged_below: z.int().nonnegative(),
  recorded_before: timestamp(),
});

const documentSchema = z.looseObject({
  document: z.string().regex(/^purge\/\d{20}\/[0-9a-f-]{36}\.(order|certificate)\.json$/),
  document_sha256: z.string(),
});

const PREFIX = 'PURGE#';

/** The first index from which all records are there, rounded up to a tile: entry bundles below it are not served. */
export function minimumIndexOf(below: number): number {
  return Math.ceil(below / TILE_WIDTH) * TILE_WIDTH;
}

/** What a record of a purge says; undefined for any other. */
export function purgedBy({ event_type, payload }: AuditEvent): Purged | undefined {
  if (event_type !== 'RECORDS_PURGED') return undefined;
  const { data } = afterSchema.safeParse('after' in payload ? payload.after : undefined);
  return data && { below: data.purged_below, recordedBefore: Date.parse(data.recorded_before) };
}

/** The order or certificate that a record of a purge names, and its digest; undefined where it names none. */
export function documentOf({ payload }: AuditEvent): z.output<typeof documentSchema> | undefined {
  return documentSchema.safeParse('after' in payload ? payload.after : undefined).data;
}

/** How far the log is purged, as the table holds it beside the head: from this the head is made again. */
export function purgedItem({ below, recordedBefore }: Purged): Item {
  return { pk: HEAD_KEY.pk, sk: `${PREFIX}${paddedIndex(below)}`, below, recorded_before: recordedBefore };
}

/** How far the log is purged, by the table's own items. */
export async function readPurged(table: Pick<RecordsReader, 'query'>): Promise<Purged | undefined> {
  const range = { pk: HEAD_KEY.pk, from: PREFIX, to: `${PREFIX}~`, descending: true, limit: 1 };
  const [item] = (await table.query(range)).items;
  return item && { below: Number(item['below']), recordedBefore: Number(item['recorded_before']) };
}
