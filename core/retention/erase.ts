import { fromUtf8, utf8 } from '../encoding.ts';
import type { AuditEvent } from '../event/event.ts';
import { asEventId, timeOfEventId } from '../event/ids.ts';
import { formatTimestamp } from '../event/time.ts';
import { unpackBatch } from '../index/batch-item.ts';
import { batchPartition, nextBatchPartition } from '../index/keys.ts';
import { batchOf } from '../query/batches.ts';
import { readDisclosures } from '../query/disclosures.ts';
import { select } from '../query/filter.ts';
import { matchesByIndex } from '../query/matches.ts';
import { readRecords } from '../query/records.ts';
import { lockUntil } from '../sequencer/log.ts';
import {
  type Erasure,
  type ErasureCertificate,
  encodeErasure,
  erasureEvent,
  erasureObject,
  type Found,
  filterOf,
} from './erasure.ts';
import { heldBy, isInForce, type LegalHold, selectHeld } from './hold.ts';
import type { Keeper } from './keeper.ts';
import { isRecorded } from './own-record.ts';
import { policyInForce } from './standing-policy.ts';

const DAY_MS = 86_400_000;
const EXPORTS_KEPT_MS = 8 * DAY_MS;
const RESERVE_MS = 20_000;

/** A record about the target, and where what opens it lies. */
interface Place {
  eventId: string;
  object: string;
  hold: string | undefined;
}

/**
 * Works on every erasure that was asked for and has not ended. One that a hold stands against does nothing at all. Idempotent:
 * what was found is kept before anything is destroyed, and whoever calls again goes on from there.
 */
export async function runErasures(
  keeper: Keeper,
  deadline: number,
): Promise<{ ended: string[]; open: number }> {
  const waiting = (await keeper.erasures.list()).filter(
    ({ status }) => status === 'queued' || status === 'running',
  );
  const ended: string[] = [];
  for (const erasure of waiting) {
    if (keeper.clock.now() > deadline - RESERVE_MS) break;
    if (await runErasure(erasure, keeper, deadline)) ended.push(erasure.erasureId);
  }
  return { ended, open: waiting.length - ended.length };
}

async function runErasure(asked: Erasure, keeper: Keeper, deadline: number): Promise<boolean> {
  const { erasures, clock } = keeper;
  const treeSize = asked.treeSize ?? (await keeper.heads.read())?.finalSize ?? 0;
  const holds = (await keeper.holds.list()).filter((hold) => isInForce(hold, clock.now()));
  const places = await placesOf(asked, treeSize, holds, keeper);
  const found = asked.found ?? (await findOut(places, treeSize, keeper));
  const erasure: Erasure = { ...asked, treeSize, found };
  const finish = async (status: Erasure['status'], document?: string) => {
    await erasures.update({ ...erasure, status, finishedAt: clock.now(), ...(document && { document }) });
    return true;
  };
  if (asked.preview) return await finish('done');
  // Looked at again, whatever was found before: a hold may have come since.
  const blocked = blockedBy(places);
  if (blocked.length > 0) {
    await erasures.update({
      ...erasure,
      status: 'blocked',
      found: { ...found, blocked },
      finishedAt: clock.now(),
    });
    return true;
  }
  await erasures.update({ ...erasure, status: 'running' });
  for (const [object, ofObject] of Map.groupBy(places, (place) => place.object)) {
    if (clock.now() > deadline - RESERVE_MS) return false;
    await destroy(object, new Set(ofObject.map(({ eventId }) => eventId)), keeper);
  }
  await sweep(keeper);
  await deleteExports(found, keeper);
  const certificate = await certify(erasure, { treeSize, found }, keeper);
  if (!(await isRecorded(erasureEvent(erasure, certificate, keeper.version), keeper, deadline))) return false;
  return await finish('done', erasureObject(erasure.erasureId));
}

/** The records about the target, with the objects that open them. */
async function placesOf(
  { target }: Erasure,
  treeSize: number,
  holds: readonly LegalHold[],
  keeper: Keeper,
): Promise<Place[]> {
  const selection = selectHeld(filterOf(target), keeper.keys.index);
  const matches = await matchesByIndex(keeper.table, selection, 0, treeSize);
  const places: Place[] = [];
  for (let start = 0; start < matches.length; start += 100) {
    const chunk = matches.slice(start, start + 100);
    const records = await readRecords(
      keeper,
      chunk.map(({ eventId }) => eventId),
    );
    for (const { index, eventId } of chunk) {
      const stored = records.get(eventId);
      const { disclosures } = await batchOf(keeper.table, index);
      if (!stored || disclosures === undefined) continue;
      places.push({ eventId, object: disclosures, hold: heldBy(stored.record.event, holds) });
    }
  }
  return places;
}

async function findOut(places: readonly Place[], treeSize: number, keeper: Keeper): Promise<Found> {
  const fields = new Map<string, number>();
  let records = 0;
  for (const [object, ofObject] of Map.groupBy(places, (place) => place.object)) {
    const lines = await readDisclosures(keeper, object);
    for (const { eventId } of ofObject) {
      const own = lines.get(eventId) ?? [];
      if (own.length > 0) records++;
      for (const { pointer } of own) {
        const pattern = pointer.replaceAll(/\/\d+(?=\/|$)/g, '/*');
        fields.set(pattern, (fields.get(pattern) ?? 0) + 1);
      }
    }
  }
  return {
    records,
    fields: [...fields]
      .map(([pointer, count]) => ({ pointer, count }))
      .sort((a, b) => (a.pointer < b.pointer ? -1 : 1)),
    blocked: blockedBy(places),
    exports: await exportsBefore(treeSize, keeper),
  };
}

function blockedBy(places: readonly Place[]): Found['blocked'] {
  const held = places.flatMap(({ hold }) => (hold === undefined ? [] : [hold]));
  return [...Map.groupBy(held, (hold) => hold)].map(([hold_id, all]) => ({ hold_id, records: all.length }));
}

/** Exports with personal fields, as the log itself tells of them. */
async function exportsBefore(treeSize: number, keeper: Keeper): Promise<Found['exports']> {
  const selection = select({ event_type: ['EXPORT_CREATED'] }, keeper.keys.index);
  const matches = await matchesByIndex(keeper.table, selection, 0, treeSize);
  const records = await readRecords(
    keeper,
    matches.map(({ eventId }) => eventId),
  );
  return [...records.values()].flatMap(({ record }) => exportOf(record.event) ?? []);
}

function exportOf(event: AuditEvent): Found['exports'][number] | undefined {
  if (event.event_type !== 'EXPORT_CREATED') return undefined;
  const { target, after } = event.payload;
  const personal = (after as { personal_fields?: string } | undefined)?.personal_fields === 'disclosed';
  return personal && target?.id !== undefined ? { export_id: target.id, at: event.occurred_at } : undefined;
}

/** Takes the lines of these events out of the object; the object itself goes where nothing is left in it. */
async function destroy(object: string, eventIds: ReadonlySet<string>, keeper: Keeper): Promise<void> {
  const lines = await readDisclosures(keeper, object);
  const stay = [...lines].filter(([eventId]) => !eventIds.has(eventId));
  if (stay.length === lines.size) return;
  if (stay.length === 0) return await keeper.work.remove(object);
  const text = stay
    .map(([event_id, disclosures]) => `${JSON.stringify({ event_id, disclosures })}\n`)
    .join('');
  await keeper.work.write(object, keeper.codec.gzip(utf8(text)));
}

/** Objects that no batch names were left by redelivered messages: they open nothing, and hold personal data all the same. */
async function sweep(keeper: Keeper): Promise<void> {
  const named = new Set<string>();
  const size = (await keeper.heads.read())?.size ?? 0;
  for (let partition = 0; partition < size; partition = nextBatchPartition(partition)) {
    let after: string | undefined;
    do {
      const pk = batchPartition(partition);
      const page = await keeper.table.query({ pk, ...(after === undefined ? {} : { after }) });
      for (const item of page.items) named.add(unpackBatch(item).disclosures ?? '');
      after = page.next;
    } while (after !== undefined);
  }
  const old = keeper.clock.now() - DAY_MS; // a younger one may belong to a batch that is on its way
  for (const { key, modifiedAt } of await keeper.work.list('disclosures/'))
    if (!named.has(key) && modifiedAt < old) await keeper.work.remove(key);
}

/** Files of exports that still lie here hold what is erased. */
async function deleteExports({ exports }: Found, keeper: Keeper): Promise<void> {
  for (const { export_id } of exports) {
    if (timeOfEventId(asEventId(export_id)) < keeper.clock.now() - EXPORTS_KEPT_MS) continue;
    for (const { key } of await keeper.work.list(`exports/${export_id}/`)) await keeper.work.remove(key);
  }
}

async function certify(
  { erasureId, target, request, requestedAt, requestedBy, document }: Erasure,
  { treeSize, found }: { treeSize: number; found: Found },
  keeper: Keeper,
): Promise<ErasureCertificate> {
  const now = keeper.clock.now();
  const certificate: ErasureCertificate = {
    certificate_version: 1,
    erasure_id: erasureId,
    tenant: keeper.tenant,
    origin: keeper.origin,
    target,
    request,
    requested_at: formatTimestamp(requestedAt),
    requested_by: requestedBy,
    finished_at: formatTimestamp(now),
    tree_size: treeSize,
    ...found,
    blocked: [],
  };
  const { policy } = await policyInForce(keeper.policies, keeper.deployed);
  const object = document ?? erasureObject(erasureId);
  const made = await keeper.archive.create(
    object,
    encodeErasure(certificate),
    lockUntil(now, policy.max_days),
  );
  if (made === 'created') return certificate;
  const standing = await keeper.archive.read(object);
  return JSON.parse(fromUtf8(standing ?? new Uint8Array())) as ErasureCertificate;
}
