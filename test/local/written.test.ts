import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { statePaths } from '../../clients/operator/local/state.ts';
import { plainEvent, uniqueName } from './support/events.ts';
import { eventually } from './support/eventually.ts';
import { call } from './support/http.ts';
import { localTenant, STATE } from './support/local-tenants.ts';

const acme = localTenant('acme');
/** Stands wherever a tenant can put something. */
const MARK = uniqueName('marked');

/** What functions that queues wake wrote: each line of theirs is JSON. The emulator keeps nothing of those behind HTTPS. */
async function lines(): Promise<string[]> {
  const text = await readFile(join(statePaths(STATE).logs, `emulator-${acme.account}.log`), 'utf8');
  return text.split('\n').filter((line) => line.startsWith('{'));
}

test('the writer at work writes metrics and signals, and nothing of what a tenant sent or showed', async () => {
  const event = plainEvent(MARK, { labels: { note: MARK } });
  const bad = plainEvent(MARK, { [MARK]: MARK });
  const { writer = '', reader = '' } = acme.tokens;
  const sent = await call(acme, 'POST', '/v1/audit/events', {
    token: writer,
    body: { events: [event, bad] },
  });
  expect(sent.status).toBe(202);
  await eventually(async () => {
    const { status } = await call(acme, 'GET', `/v1/audit/receipts/${event.event_id}`, { token: reader });
    expect(status).toBe(200);
  });
  await eventually(async () => {
    const told = (await lines()).join('\n');
    expect(told).toMatch(/"tenant_id":"acme".*"RecordLatency":\d+/);
    expect(told).toContain('"signal":"EVENTS_REFUSED"');
  });
  const text = (await lines()).join('\n');
  for (const secret of [MARK, writer, reader]) expect(text).not.toContain(secret);
}, 90_000);
