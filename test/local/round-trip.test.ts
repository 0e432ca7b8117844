import { describe, expect, test } from '@jest/globals';
import { plainEvent, uniqueName } from './support/events.ts';
import { call } from './support/http.ts';
import { localTenant } from './support/local-tenants.ts';
import { quarantineOf, recordOf, recordsOf, walk } from './support/log.ts';
import {
  bodyOf,
  claimFor,
  drainedTo,
  emitterKeyOf,
  messageOf,
  openMessages,
  sendToQueue,
} from './support/queue.ts';

const TIMEOUT = 60_000;
const PAYLOAD = { operation: 'read', store: { kind: 'table', name: 'customers' }, record_count: 1 };
const OTHER_PAYLOAD = { ...PAYLOAD, record_count: 2 };

describe.each(['acme', 'globex'])('%s', (id) => {
  const tenant = localTenant(id);

  async function post(...events: readonly unknown[]): Promise<void> {
    const answer = await call(tenant, 'POST', '/v1/audit/events', {
      token: tenant.tokens.writer,
      body: { events },
    });
    expect(answer).toMatchObject({ status: 202, body: { rejected: [] } });
  }

  test(
    'what comes over SQS is a record of this tenant, by the emitter of the claim, with a receipt that verifies',
    async () => {
      const event = plainEvent(uniqueName('sqs'));
      await sendToQueue(tenant, [await messageOf(tenant, [event])]);
      const { record } = await recordOf(tenant, event.event_id);
      expect(record).toMatchObject({
        tenant_id: id,
        ingest: { source: 'sqs' },
        emitter: { id: emitterKeyOf(tenant).emitter_id },
        event,
      });
    },
    TIMEOUT,
  );

  test(
    'what comes over HTTPS is a record of this tenant too',
    async () => {
      const event = plainEvent(uniqueName('https'));
      await post(event);
      const { record } = await recordOf(tenant, event.event_id);
      expect(record).toMatchObject({ tenant_id: id, ingest: { source: 'https' }, event });
    },
    TIMEOUT,
  );

  test(
    'one message, sent five times over SQS and HTTPS, is one record',
    async () => {
      const task = uniqueName('five-times');
      const event = plainEvent(task);
      const message = await messageOf(tenant, [event]);
      const retry = await messageOf(tenant, [event]); // a sender that starts anew: another nonce, another claim
      const before = await openMessages(tenant);
      await Promise.all([post(event), sendToQueue(tenant, [message, message, retry]), post(event)]);
      await recordsOf(tenant, task, 1);
      await drainedTo(before, tenant);
      const { events } = await recordsOf(tenant, task, 1);
      expect(events.map(({ record }) => record.event.event_id)).toEqual([event.event_id]);
      await quarantineOf(tenant, (entry) => entry.event_id === event.event_id, 0);
    },
    TIMEOUT,
  );

  test.each([
    ['SQS', async (event: unknown) => sendToQueue(tenant, [await messageOf(tenant, [event])])],
    ['HTTPS', (event: unknown) => post(event)],
  ])(
    'the same id with other content, over %s, is in quarantine and the first stays',
    async (_channel, send) => {
      const task = uniqueName('conflict');
      const first = plainEvent(task, { payload: PAYLOAD });
      await sendToQueue(tenant, [await messageOf(tenant, [first])]);
      const before = await recordOf(tenant, first.event_id);

      await send({ ...first, payload: OTHER_PAYLOAD });
      const [refused] = await quarantineOf(tenant, (entry) => entry.event_id === first.event_id, 1);
      expect(refused?.code).toBe('event_id_conflict');
      expect(JSON.parse(refused?.content ?? '')).toEqual({ ...first, payload: OTHER_PAYLOAD });

      expect((await recordOf(tenant, first.event_id)).record).toEqual(before.record);
      await recordsOf(tenant, task, 1);
    },
    TIMEOUT,
  );

  test(
    'a page ends where it was asked to, and the pages together hold every event once, each page verified by itself',
    async () => {
      const task = uniqueName('pages');
      const events = Array.from({ length: 5 }, () => plainEvent(task));
      const body = bodyOf(events);
      await sendToQueue(tenant, [{ body, claim: await claimFor(tenant, emitterKeyOf(tenant), body) }]);
      await recordsOf(tenant, task, events.length);

      const pages = await walk(tenant, { task_id: task, limit: '2' });
      expect(pages.map((page) => page.events.length)).toEqual([2, 2, 1]);
      expect(pages.map((page) => page.total_count)).toEqual([5, 5, 5]);
      const seen = pages.flatMap((page) => page.events.map(({ record }) => record.event.event_id));
      expect(seen.toSorted()).toEqual(events.map(({ event_id }) => event_id).toSorted());
    },
    TIMEOUT,
  );
});
