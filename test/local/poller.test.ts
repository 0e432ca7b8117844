import { expect, test } from '@jest/globals';
import { plainEvent, uniqueName } from './support/events.ts';
import { eventually } from './support/eventually.ts';
import { call } from './support/http.ts';
import { localTenant } from './support/local-tenants.ts';
import { drained } from './support/queue.ts';

const SENDERS = 8;
const REQUESTS = 4;
const EVENTS = 8;
const HOUR = 3_600_000;

interface Page {
  events: { record: { event: { event_id: string } }; log_index: number }[];
  next_cursor: string;
  total_count: number;
}

test('pollers that read while eight senders write miss nothing and see nothing twice', async () => {
  const tenant = localTenant('acme');
  const agent = { id: uniqueName('polled'), version: '1' };
  const sent: string[] = [];

  async function send(sender: number): Promise<void> {
    for (let request = 0; request < REQUESTS; request++) {
      // Every third event occurred hours ago: late, and to be seen all the same.
      const events = Array.from({ length: EVENTS }, (_, position) => {
        const lateBy = position % 3 === 0 ? (1 + sender) * HOUR : 0;
        return plainEvent(`task-${sender}`, {
          agent,
          occurred_at: new Date(Date.now() - lateBy).toISOString(),
        });
      });
      const answer = await call(tenant, 'POST', '/v1/audit/events', {
        token: tenant.tokens.writer,
        body: { events },
      });
      expect(answer.status).toBe(202);
      sent.push(...events.map(({ event_id }) => event_id));
    }
  }

  /** Reads until it has seen everything that was sent, and once more. */
  async function poll(
    query: Record<string, string>,
    limit: number,
    done: Promise<unknown>,
  ): Promise<Page['events']> {
    const seen: Page['events'] = [];
    let cursor: string | undefined;
    let over = false;
    void done.then(() => {
      over = true;
    });
    const next = async (): Promise<Page> => {
      const parameters = { ...query, order: 'log', limit: String(limit), ...(cursor && { cursor }) };
      const path = `/v1/audit/events?${new URLSearchParams(parameters).toString()}`;
      const { status, body, text } = await call(tenant, 'GET', path, { token: tenant.tokens.reader });
      if (status !== 200) throw new Error(`${status} ${text}`);
      const page = body as Page;
      seen.push(...page.events);
      cursor = page.next_cursor;
      return page;
    };
    while (!over) await next();
    await eventually(async () => {
      const { events, total_count } = await next();
      expect(events).toEqual([]);
      expect(total_count).toBe(seen.length);
    });
    return seen;
  }

  const sending = Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender))).then(() =>
    drained(tenant),
  );
  const polls = await Promise.all([
    poll({ agent_id: agent.id }, 7, sending),
    poll({ agent_id: agent.id, event_type: 'DATA_ACCESSED' }, 100, sending),
  ]);
  await sending;

  expect(sent).toHaveLength(SENDERS * REQUESTS * EVENTS);
  for (const seen of polls) {
    const ids = seen.map(({ record }) => record.event.event_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual([...sent].sort());
    const indices = seen.map(({ log_index }) => log_index);
    expect(indices).toEqual([...indices].sort((a, b) => a - b));
  }
}, 120_000);
