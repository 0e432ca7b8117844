import { expect, test } from '@jest/globals';
import { utf8 } from '../../../core/encoding.ts';
import { asTenantId, mintEventId } from '../../../core/event/ids.ts';
import { internalMessageSchema } from '../../../core/ingest/internal-message.ts';
import { fromDoor, judgeAtDoor } from '../../../core/ingest/judge-at-door.ts';
import { keptElements } from '../../../core/ingest/kept-elements.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { event } from '../narrative/records.ts';

const NOW = Date.parse('2026-11-24T09:00:00.000Z');
const random = new SeededRandom(5);
const TERMS = { tenantId: asTenantId('acme'), emitter: { id: 'token-1' }, clock: { now: () => NOW }, random };
const good = () => event('TASK_INITIATED', { goal: 'g' }, { event_id: mintEventId(NOW, random) });

test('each element is judged alone, and both kinds go to the writer', () => {
  const sent = good();
  const judged = judgeAtDoor([sent, 7], TERMS);
  expect(judged.verdict).toMatchObject({
    accepted: [{ event_id: sent.event_id }],
    rejected: [{ index: 1, code: expect.any(String), detail: expect.any(String) }],
  });
  const [body = ''] = fromDoor(judged, TERMS);
  const message = internalMessageSchema.parse(JSON.parse(body));
  expect(message).toMatchObject({
    source: 'https',
    emitter: { id: 'token-1' },
    events: [{ event_id: sent.event_id }],
  });
  expect(message.refused).toHaveLength(1);
  expect(JSON.parse(fromDoor({ events: judged.events }, TERMS)[0] ?? '')).toMatchObject({ refused: [] });
});

test.each([
  ['{"a":1}', [{ a: 1 }]],
  ['{"nonce":"n","events":[1,{"a":2}]}', [1, { a: 2 }]],
  ['{"events":[]}', undefined],
  ['{"events":7}', undefined],
  ['7', undefined],
  ['null', undefined],
  ['{', undefined],
  [JSON.stringify({ events: new Array(501).fill(1) }), undefined],
])('the quarantine keeps %s: %j', (text, elements) => {
  expect(keptElements(utf8(text))).toEqual(elements);
});
