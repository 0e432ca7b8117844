import { expect, test } from '@jest/globals';
import { hmacSha256 } from '#crypto';
import { fromUtf8, utf8 } from '../../../core/encoding.ts';
import { canonicalBytes, contentHash } from '../../../core/event/canonical.ts';
import { type Disclosure, replaceByCommitment } from '../../../core/event/commitment.ts';
import { EVENT_TYPES, isGovernanceType } from '../../../core/event/event.ts';
import { asTenantId, timeOfEventId } from '../../../core/event/ids.ts';
import { DEFAULT_PERSONAL_DATA } from '../../../core/event/personal-data.ts';
import { discloseRecord } from '../../../core/record/disclosed.ts';
import {
  buildRecord,
  type IngestTerms,
  leafBytes,
  leafOf,
  type PreparedEvent,
  prepareEvent,
  type SentEvent,
} from '../../../core/record/prepare.ts';
import { parseLeaf, recordSchema } from '../../../core/record/record.ts';
import { eventOf, exampleOf } from '../event/examples.ts';
import { countingRandom } from '../event/random.ts';

const NOW = Date.parse('2026-11-24T10:00:00.000Z');
const DAY = 24 * 3_600_000;

function terms(over: Partial<IngestTerms> = {}): IngestTerms {
  return {
    tenantId: asTenantId('acme'),
    source: 'internal',
    emitter: { id: 'emitter-1' },
    personalData: [],
    pseudonymKey: utf8('pseudonyms'),
    dedupeKey: utf8('dedupe'),
    writerVersion: '0.1.0',
    now: NOW,
    random: countingRandom(),
    ...over,
  };
}

function prepared(sent: SentEvent, over: Partial<IngestTerms> = {}): PreparedEvent {
  const result = prepareEvent(sent, terms(over));
  if (!result.ok) throw new Error(`${result.code}: ${result.detail}`);
  return result.prepared;
}

/** The example of a refused id, `offset` milliseconds from now. */
function aged(offset: number): SentEvent {
  const hex = (NOW + offset).toString(16).padStart(12, '0');
  const event_id = `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
  return { event: { ...exampleOf('TASK_RESUMED'), event_id } };
}

test.each([...EVENT_TYPES])('%s: what is recorded is a record, and reads back from its leaf', (type) => {
  const ready = prepared({ event: exampleOf(type) }, { personalData: DEFAULT_PERSONAL_DATA });
  const leaf = leafOf(ready, NOW);
  const record = parseLeaf(leaf);
  expect(record).toEqual(buildRecord(ready, NOW));
  expect(recordSchema.safeParse(record).success).toBe(true);
  expect(leafBytes(record)).toEqual(leaf);
  expect(record).toMatchObject({
    record_version: '1.0.0',
    tenant_id: 'acme',
    recorded_at: '2026-11-24T10:00:00.000Z',
    content_hash: contentHash(record.event),
    ingest: { source: 'internal' },
    emitter: { id: 'emitter-1' },
    writer_version: '0.1.0',
  });
  expect(ready).toMatchObject({ eventId: record.event.event_id, contentHash: record.content_hash });
  expect(ready.occurredAt).toBe(Date.parse(record.event.occurred_at));
  if (!isGovernanceType(type) && !record.event.subjects) {
    expect(discloseRecord(record, ready.disclosures)).toMatchObject({ event: eventOf(type), mismatched: [] });
  }
});

test('an event that needs no change keeps the hash that its sender logged', () => {
  const event = exampleOf('TASK_RESUMED');
  const ready = prepared({ event });
  expect(ready.contentHash).toBe(contentHash(event));
  expect(ready.sourceHash).toBe(ready.contentHash);
  expect(ready.record.source_commitment).toBeUndefined();
  expect(ready.disclosures).toEqual([]);
  expect(discloseRecord(buildRecord(ready, NOW), [])).toEqual({
    event: eventOf('TASK_RESUMED'),
    mismatched: [],
  });
});

test('an event that was changed carries a commitment to what the sender hashed, which its disclosure opens', () => {
  const event = { ...exampleOf('TASK_INITIATED'), tenant_id: 'acme' };
  const ready = prepared({ event }, { personalData: ['/payload/goal'] });
  expect(ready.sourceHash).toBe(contentHash(event));
  expect(ready.sourceHash).not.toBe(ready.contentHash);
  const record = buildRecord(ready, NOW);
  expect(fromUtf8(leafBytes(record))).not.toContain(ready.sourceHash);
  expect(record.redactions).toEqual([
    { pointer: '/subjects/0/id', action: 'pseudonymised' },
    { pointer: '/payload/goal', action: 'committed' },
  ]);
  expect(discloseRecord(record, ready.disclosures)).toMatchObject({
    sourceHash: ready.sourceHash,
    mismatched: [],
  });
  const forged = ready.disclosures.map((disclosure) => ({ ...disclosure, value: 'sha256:0' }));
  expect(discloseRecord(record, forged)).toEqual({
    event: record.event,
    mismatched: ['/source_hash', '/payload/goal'],
  });
});

test('the dedupe tag follows what was sent and nothing else', () => {
  const event = exampleOf('TASK_INITIATED');
  const first = prepared({ event }, { personalData: DEFAULT_PERSONAL_DATA });
  const again = prepared({ event }, { personalData: [], now: NOW + 1 });
  expect(again.dedupeTag).toEqual(first.dedupeTag);
  expect(first.dedupeTag).toEqual(hmacSha256(utf8('dedupe'), utf8(first.sourceHash)).slice(0, 16));
  expect(prepared({ event }, { dedupeKey: utf8('other') }).dedupeTag).not.toEqual(first.dedupeTag);
  expect(prepared({ event: { ...event, labels: { region: 'us' } } }).dedupeTag).not.toEqual(first.dedupeTag);
});

test('ids are judged by their time', () => {
  expect(prepared(aged(-30 * DAY)).eventId).toBeDefined();
  expect(prepareEvent(aged(-30 * DAY - 1), terms())).toMatchObject({ code: 'event_id_too_old' });
  expect(prepared(aged(5 * 60_000)).eventId).toBeDefined();
  expect(prepareEvent(aged(5 * 60_000 + 1), terms())).toMatchObject({ code: 'event_id_in_future' });
  expect(timeOfEventId(prepared(aged(-7)).eventId)).toBe(NOW - 7);
});

test('only the product itself emits governance events or speaks under its own name', () => {
  for (const source of ['sqs', 'https', 'otlp'] as const) {
    for (const type of EVENT_TYPES.filter(isGovernanceType)) {
      expect(prepareEvent({ event: exampleOf(type) }, terms({ source }))).toMatchObject({
        code: 'event_type_reserved',
      });
    }
    const posing = { ...exampleOf('TASK_RESUMED'), agent: { id: 'agent-audit-trail', version: '1' } };
    expect(prepareEvent({ event: posing }, terms({ source }))).toMatchObject({ code: 'event_type_reserved' });
    // Said whatever else is wrong with it: a forger need not hear which field is missing.
    const clumsy = { ...exampleOf('TASK_RESUMED'), event_type: 'LEGAL_HOLD_RELEASED' };
    expect(prepareEvent({ event: clumsy }, terms({ source }))).toMatchObject({ code: 'event_type_reserved' });
    expect(prepareEvent({ event: exampleOf('TASK_RESUMED') }, terms({ source }))).toMatchObject({ ok: true });
  }
});

test('a tenant that is named is compared and left out of the event', () => {
  const event = { ...exampleOf('TASK_RESUMED'), tenant_id: 'acme' };
  expect(prepared({ event }).event).toEqual(eventOf('TASK_RESUMED'));
  expect(prepareEvent({ event: { ...event, tenant_id: 'globex' } }, terms())).toMatchObject({
    code: 'tenant_mismatch',
  });
});

test('what is not an event is refused as such', () => {
  expect(prepareEvent({ event: { event_type: 'NONE' } }, terms())).toMatchObject({
    code: 'event_type_unknown',
  });
});

test('an event longer than 256 KiB is refused, one that long is recorded with its input moved out', () => {
  const event = exampleOf('TASK_COMPLETED');
  const room = 262_144 - canonicalBytes({ ...event, payload: { output: '' } }).length;
  const ready = prepared({ event: { ...event, payload: { output: 'x'.repeat(room) } } });
  expect(leafOf(ready, NOW).length).toBeLessThanOrEqual(16_000);
  expect(ready.record.redactions).toEqual([{ pointer: '/payload/output', action: 'moved' }]);
  expect(discloseRecord(buildRecord(ready, NOW), ready.disclosures)).toMatchObject({
    event: { payload: { output: 'x'.repeat(room) } },
    sourceHash: ready.sourceHash,
    mismatched: [],
  });
  const longer = { event: { ...event, payload: { output: 'x'.repeat(room + 1) } } };
  expect(prepareEvent(longer, terms())).toMatchObject({ code: 'event_too_large' });
});

test('a record that stays too long is refused', () => {
  const subjects = Array.from({ length: 64 }, (_, index) => ({ type: 'x'.repeat(256), id: `s-${index}` }));
  const event = { ...exampleOf('TASK_RESUMED'), subjects };
  expect(prepareEvent({ event }, terms())).toMatchObject({ code: 'record_too_large' });
});

/** The example as a sender commits it, with its disclosures. */
function senderCommitted(): { event: object; disclosures: Disclosure[] } {
  const event = eventOf('TASK_INITIATED');
  const { subjects: _, ...plain } = event;
  const disclosures = ['goal', 'input'].map((field) =>
    replaceByCommitment(plain, ['payload', field], countingRandom()),
  );
  return { event: plain, disclosures };
}

test('what a sender has committed stays, keeps the hash that it logged, and its disclosures are kept', () => {
  const sent = senderCommitted();
  const ready = prepared(sent, { personalData: DEFAULT_PERSONAL_DATA, source: 'sqs' });
  expect(ready.event).toEqual(sent.event);
  expect(ready.contentHash).toBe(contentHash(sent.event));
  expect(ready.disclosures).toEqual(sent.disclosures);
  expect(prepared({ event: sent.event }).disclosures).toEqual([]);
});

test.each([
  ['no list', 'none'],
  ['an unknown field', [{ salt: 'AAECAwQFBgcICQoLDA0ODw', pointer: '/payload/goal', value: 'x', more: 1 }]],
  ['a short salt', [{ salt: 'AAEC', pointer: '/payload/goal', value: 'x' }]],
  ['a salt with stray bits', [{ salt: 'AAECAwQFBgcICQoLDA0ODz', pointer: '/payload/goal', value: 'x' }]],
  ['no pointer', [{ salt: 'AAECAwQFBgcICQoLDA0ODw', pointer: 'goal', value: 'x' }]],
  ['another value', [{ salt: 'AAECAwQFBgcICQoLDA0ODw', pointer: '/payload/goal', value: 'x' }]],
])('disclosures with %s are refused', (_, disclosures) => {
  expect(prepareEvent({ ...senderCommitted(), disclosures }, terms())).toMatchObject({
    code: 'disclosure_invalid',
  });
});

test('disclosures keep the limits of events', () => {
  const big = [{ salt: 'AAECAwQFBgcICQoLDA0ODw', pointer: '/payload/goal', value: 'x'.repeat(262_000) }];
  expect(prepareEvent({ ...senderCommitted(), disclosures: big }, terms())).toMatchObject({
    code: 'event_too_large',
  });
  const malformed = [{ salt: 'AAECAwQFBgcICQoLDA0ODw', pointer: '/payload/goal', value: -0 }];
  expect(prepareEvent({ ...senderCommitted(), disclosures: malformed }, terms())).toMatchObject({
    code: 'number_out_of_range',
    detail: expect.stringMatching(/^disclosures: \/0\/value/),
  });
});

test('a leaf that is not canonical, not a record or not what its hash says is malformed', () => {
  const leaf = leafOf(prepared({ event: exampleOf('TASK_RESUMED') }), NOW);
  const text = fromUtf8(leaf);
  const record = JSON.parse(text);
  expect(() => parseLeaf(utf8(` ${text}`))).toThrow('canonical');
  expect(() => parseLeaf(utf8(JSON.stringify({ ...record, zzz: 1e2 }).replace('100', '1e2')))).toThrow(
    'canonical',
  );
  expect(() => parseLeaf(utf8('{"a":1}'))).toThrow('not a record: /record_version');
  expect(() => parseLeaf(utf8('{'))).toThrow('not a record');
  expect(() => parseLeaf(utf8('{"a":-0}'))).toThrow('not a record');
  expect(() => parseLeaf(utf8(text.replace('"refund-agent"', '"refund-agenT"')))).toThrow('content hash');
  expect(() => parseLeaf(canonicalBytes({ ...record, record_version: '2.0.0' }))).toThrow('record_version');
});

test('a record of a later minor version is read, fields and types that are new included', () => {
  const event = {
    ...exampleOf('TASK_RESUMED'),
    schema_version: '1.7.0',
    event_type: 'TASK_DREAMT',
    mood: 'good',
  };
  const { record } = prepared({ event: exampleOf('TASK_RESUMED') });
  const later = {
    ...record,
    record_version: '1.4.0',
    recorded_at: '2026-11-24T10:00:00.000Z',
    event,
    content_hash: contentHash(event),
    extra: 1,
  };
  expect(parseLeaf(canonicalBytes(later))).toEqual(later);
});

test('what the tenant has redacted is in no record and in no disclosure, and each place is named', () => {
  const example = exampleOf('TASK_FAILED');
  const event = {
    ...example,
    payload: { reason: 'card 4111111111111111 was refused', error: { message: 'x' } },
  };
  const ready = prepared({ event }, { source: 'https', redact: ['card'], personalData: ['/payload/reason'] });
  expect(ready.record.redactions).toEqual([
    { pointer: '/payload/reason', action: 'redacted' },
    { pointer: '/payload/reason', action: 'committed' },
  ]);
  const kept = JSON.stringify([ready.record, ready.disclosures]);
  expect(kept).not.toContain('4111');
  expect(kept).toContain('card [redacted: card] was refused');
  expect(recordSchema.safeParse(buildRecord(ready, NOW)).success).toBe(true);
  const again = prepared({ event }, { source: 'https' });
  expect(again.dedupeTag).toEqual(ready.dedupeTag);
});

test('a span that reads differently when it comes again by OTLP is still the same event', () => {
  const event = exampleOf('TASK_FAILED');
  const other = { ...event, payload: { reason: 'in other words' } };
  const tagOf = (sent: object, source: 'otlp' | 'https') => prepared({ event: sent }, { source }).dedupeTag;
  expect(tagOf(other, 'otlp')).toEqual(tagOf(event, 'otlp'));
  expect(tagOf(other, 'https')).not.toEqual(tagOf(event, 'https'));
  expect(tagOf(event, 'otlp')).not.toEqual(tagOf(event, 'https'));
});
