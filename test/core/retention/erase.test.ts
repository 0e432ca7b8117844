import { beforeEach, expect, test } from '@jest/globals';
import { fromUtf8, utf8 } from '../../../core/encoding.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { pseudonymOf } from '../../../core/event/personal-data.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { queryEvents } from '../../../core/query/page.ts';
import { queryTimeline } from '../../../core/query/timeline.ts';
import { verifyPage } from '../../../core/receipt/verify.ts';
import { runErasures } from '../../../core/retention/erase.ts';
import type { Erasure, ErasureTarget } from '../../../core/retention/erasure.ts';
import { DAY, RetentionWorld } from './retention-world.ts';

const ALL = { order: 'log', limit: 1_000, personal: true } as const;
const SUBJECT = { type: 'customer', id: 'c-7' };

let world: RetentionWorld;
let target: ErasureTarget;
beforeEach(async () => {
  world = await RetentionWorld.open();
  target = { kind: 'subject', type: 'customer', id: pseudonymOf(SUBJECT, world.keys.pseudonym) };
  await world.record(6, (n) => ({ task: `task-${n}`, ...(n % 2 === 0 && { subject: SUBJECT }) }));
  await world.record(2, { task: 'task-of-ann', user: 'ann', subject: SUBJECT });
  world.nextDay();
});

async function ask(more: Partial<Erasure> = {}): Promise<string> {
  const erasureId = mintEventId(world.now, world.random);
  await world.erasures.add({
    erasureId,
    target,
    request: 'DSR-2026-118',
    requestedAt: world.now,
    requestedBy: { type: 'user', id: 'officer' },
    requestId: 'r-1',
    preview: false,
    status: 'queued',
    ...more,
  });
  return erasureId;
}

const run = () => runErasures(world.keeper, world.now + 10 * 60_000);
const opened = async () =>
  (await queryEvents(world.reader, {}, ALL)).events.map(({ disclosures = [] }) => disclosures.length > 0);

test('what opens the personal fields of a subject is destroyed; records stay, verify, and say what became of them', async () => {
  const erasureId = await ask();
  expect(await run()).toEqual({ ended: [erasureId], open: 0 });
  expect(await opened()).toEqual([false, true, false, true, false, true, false, false]);
  const page = await queryEvents(world.reader, {}, ALL);
  expect(page.erased?.map(({ log_index }) => log_index)).toEqual([0, 2, 4, 6, 7]);
  expect(page.erased?.[0]).toMatchObject({
    erasure_id: erasureId,
    erased_by: { type: 'user', id: 'officer' },
    request: 'DSR-2026-118',
  });
  const key = world.cloud.head?.verifierKey ?? '';
  expect(await verifyPage(JSON.parse(JSON.stringify(page)), key)).toMatchObject({ verified: true });
  expect(await world.verify()).toMatchObject({ verified: true });

  const audience = { messages: english, reader: { timeZone: 'UTC' }, personal: true };
  const timeline = await queryTimeline(world.reader, 'task-0', { limit: 10, audience });
  const [entry] = timeline?.story.entries ?? [];
  const erased = entry?.facts.find(({ label }) => label === 'Erased');
  expect(JSON.stringify(erased)).toContain('DSR-2026-118');
  expect(JSON.stringify(erased)).toContain('user officer');
});

test('the record and the certificate name what was erased, by whom it was asked for, and what is beyond reach', async () => {
  const exportId = mintEventId(world.now, world.random);
  const created = {
    schema_version: '1.0.0',
    event_id: mintEventId(world.now, world.random),
    event_type: 'EXPORT_CREATED',
    occurred_at: new Date(world.now).toISOString(),
    agent: { id: 'agent-audit-trail', version: '0.1.0' },
    payload: {
      actor: { type: 'token', id: 't-1' },
      target: { type: 'export', id: exportId },
      after: { personal_fields: 'disclosed' },
    },
  };
  const closed = {
    ...created,
    event_id: mintEventId(world.now, world.random),
    payload: { ...created.payload, after: { personal_fields: 'committed' } },
  };
  await world.deliver([
    JSON.stringify({ source: 'internal', emitter: { id: 'export-records' }, events: [created, closed] }),
  ]);
  world.cloud.work.set(`exports/${exportId}/export.zip`, utf8('a zip'));
  const erasureId = await ask();
  await run();
  const { events } = await queryEvents(world.reader, { event_type: ['ERASURE_PERFORMED'] }, ALL);
  expect(events[0]?.record.event.payload).toMatchObject({
    actor: { type: 'user', id: 'officer' },
    target: { type: 'subject', id: target.id },
    after: { erasure_id: erasureId, records: 5, fields: 10, document: `erasure/${erasureId}.json` },
    reason: 'DSR-2026-118',
    request_id: 'r-1',
  });
  const bytes = world.cloud.archived.get(`erasure/${erasureId}.json`)?.bytes ?? new Uint8Array();
  expect(JSON.parse(fromUtf8(bytes))).toMatchObject({
    records: 5,
    fields: [
      { pointer: '/payload/input', count: 5 },
      { pointer: '/source_hash', count: 5 },
    ],
    exports: [{ export_id: exportId }],
  });
  expect(fromUtf8(bytes)).not.toContain('c-7');
  // Its files, which still lay here, are gone too.
  expect(world.cloud.work.has(`exports/${exportId}/export.zip`)).toBe(false);
  expect((await world.erasures.get(erasureId))?.status).toBe('done');
});

test('a user that emitters gave is erased by that name', async () => {
  await ask({ target: { kind: 'user', id: 'ann' } });
  await run();
  expect(await opened()).toEqual([true, true, true, true, true, true, false, false]);
  const { erased = [] } = await queryEvents(world.reader, {}, ALL);
  expect(erased.map(({ log_index }) => log_index)).toEqual([6, 7]);
});

test('a preview counts, names what blocks, and changes nothing', async () => {
  const holdId = await world.hold({ task_id: 'task-2' });
  const before = new Map(world.cloud.work);
  const erasureId = await ask({ preview: true });
  await run();
  expect(await world.erasures.get(erasureId)).toMatchObject({
    status: 'done',
    found: {
      records: 5,
      fields: [{ pointer: '/payload/input', count: 5 }, { pointer: '/source_hash' }],
      blocked: [{ hold_id: holdId, records: 1 }],
    },
  });
  expect(world.cloud.work).toEqual(before);
  expect((await queryEvents(world.reader, { event_type: ['ERASURE_PERFORMED'] }, ALL)).total_count).toBe(0);
});

test('a hold on one record blocks the whole, also one that comes in between; nothing is half done', async () => {
  const first = await ask();
  const holdId = await world.hold({ subject: SUBJECT });
  await run();
  expect(await world.erasures.get(first)).toMatchObject({
    status: 'blocked',
    found: { blocked: [{ hold_id: holdId, records: 5 }] },
  });
  expect((await opened()).every(Boolean)).toBe(true);
  await world.release(holdId);
  const second = await ask();
  await run();
  expect((await world.erasures.get(second))?.status).toBe('done');
});

test('whatever call fails, the next run ends it, with the counts that it began with', async () => {
  for (let failing = 1; ; failing++) {
    world = await RetentionWorld.open();
    await world.record(4, { subject: SUBJECT });
    await world.record(1);
    world.nextDay();
    const erasureId = await ask();
    let calls = 0;
    world.gate = async (_call, effect) => {
      if (++calls === failing) throw new Error('crash');
      if (calls === failing + 1) {
        effect();
        throw new Error('crash after it was done');
      }
      return effect();
    };
    const outcome = await run().catch(() => 'crashed');
    for (let again = 0; again < 3 && outcome === 'crashed'; again++) await run().catch(() => undefined);
    world.gate = undefined;
    await run();
    expect(await world.erasures.get(erasureId)).toMatchObject({ status: 'done', found: { records: 4 } });
    expect(await opened()).toEqual([false, false, false, false, true]);
    const told = await queryEvents(world.reader, { event_type: ['ERASURE_PERFORMED'] }, ALL);
    expect(told.total_count).toBe(1);
    if (outcome !== 'crashed') break;
    expect(failing).toBeLessThan(100);
  }
});

test('what redelivered messages left, and no batch names, goes with it once it is a day old', async () => {
  world.cloud.work.set(
    'disclosures/orphan',
    world.keeper.codec.gzip(utf8('{"event_id":"x","disclosures":[]}\n')),
  );
  await ask();
  await run();
  expect(world.cloud.work.has('disclosures/orphan')).toBe(false);
});

test('without time nothing is begun, and the log has to take the record', async () => {
  await ask();
  expect(await runErasures(world.keeper, world.now)).toEqual({ ended: [], open: 1 });
  const deliver = world.deliver.bind(world);
  world.deliver = async () => undefined;
  expect(await run()).toMatchObject({ open: 1 });
  world.deliver = deliver;
  world.now += DAY;
  expect(await run()).toMatchObject({ open: 0 });
  expect(await world.verify()).toMatchObject({ verified: true });
});
