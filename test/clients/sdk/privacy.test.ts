import { expect, test } from '@jest/globals';
import { sha256 } from '#crypto';
import { toDigestText, utf8 } from '../../../core/encoding.ts';
import { canonicalBytes } from '../../../core/event/canonical.ts';
import { checkDisclosures, type Disclosure, disclose } from '../../../core/event/commitment.ts';
import type { AuditEvent } from '../../../core/event/event.ts';
import { asTenantId } from '../../../core/event/ids.ts';
import { DEFAULT_PERSONAL_DATA } from '../../../core/event/personal-data.ts';
import { prepareEvent } from '../../../core/record/prepare.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { allOf, memoryTrail } from './memory-transport.ts';

interface Sent {
  event: AuditEvent;
  disclosures: Disclosure[];
}

const DAY = 24 * 3_600_000;

test('what is personal is committed before the hash is taken, and sent with what opens it', async () => {
  const { trail, transport } = memoryTrail({
    personalData: ['/payload/goal'],
    redact: ['email', '/payload/input/pin'],
  });
  trail.startTask({ goal: 'Ask ana@example.com', input: { pin: '1234', order: 7 }, user_id: 'u-17' });
  await trail.flush();
  const [sent] = transport.taken;
  if (!sent) throw new Error('nothing was sent');
  const { event, disclosures } = JSON.parse(sent.json) as Sent;
  expect(sent.content_hash).toBe(toDigestText(sha256(canonicalBytes(event))));
  expect(event.payload).toEqual({
    goal: { committed: expect.any(String) },
    input: { pin: '[redacted: path]', order: 7 },
  });
  expect(sent.json).not.toContain('1234');
  expect(checkDisclosures(event, disclosures)).toBeUndefined();
  expect(disclose(event, disclosures).event.payload).toMatchObject({ goal: 'Ask [redacted: email]' });
});

test('with the tenant’s own pointers the record has the very hash that the sender noted', async () => {
  const { trail, transport, clock } = memoryTrail({ personalData: DEFAULT_PERSONAL_DATA, redact: ['email'] });
  trail.startTask({ goal: 'Ask ana@example.com', input: { order: 7 }, user_id: 'u-17' });
  await trail.flush();
  const [sent] = transport.taken;
  const { event, disclosures } = JSON.parse(sent?.json ?? '{}') as Sent;
  const result = prepareEvent(
    { event, disclosures },
    {
      tenantId: asTenantId('acme'),
      source: 'https',
      emitter: { id: 'token-1' },
      personalData: DEFAULT_PERSONAL_DATA,
      redact: ['email'],
      pseudonymKey: utf8('pseudonyms'),
      dedupeKey: utf8('dedupe'),
      writerVersion: '0.1.0',
      now: clock.now(),
      random: new SeededRandom(9),
    },
  );
  expect(result).toMatchObject({ ok: true });
  const record = result.ok ? result.prepared.record : undefined;
  expect(record).toMatchObject({ content_hash: sent?.content_hash, redactions: [] });
  expect(record).not.toHaveProperty('source_commitment');
});

test('an event that lay on disk too long gets a new id, and keeps what opens its commitments', async () => {
  const first = memoryTrail({ personalData: ['/payload/goal'] });
  first.transport.answers.push((events) => allOf(events, { outcome: 'undeliverable', reason: 'token' }));
  const { eventId } = first.trail.startTask({ goal: 'Refund', user_id: 'u-17' });
  await first.trail.close();
  first.clock.advance(40 * DAY);
  const later = memoryTrail({ directory: first.base, clock: first.clock });
  await later.trail.flush();
  const { event, disclosures } = JSON.parse(later.transport.taken[0]?.json ?? '{}') as Sent;
  expect(event.event_id).not.toBe(eventId);
  expect(event.labels).toEqual({ replay_of: eventId });
  expect(checkDisclosures(event, disclosures)).toBeUndefined();
  expect(disclosures).toHaveLength(1);
});

test.each([
  { redact: ['/payload/tool/name'] as const },
  { redact: ['cards'] as never },
  { personalData: ['/agent/id'] },
])('a rule that could never apply is refused when the trail is made: %p', (options) => {
  expect(() => memoryTrail(options)).toThrow(/expected/);
});
