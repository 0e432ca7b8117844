import { expect, test } from '@jest/globals';
import { mintEventId } from '../../../core/event/ids.ts';
import { parseEvent } from '../../../core/event/parse.ts';
import { verifyPage } from '../../../core/receipt/verify.ts';
import { readRoutes } from '../../../lambdas/read-api/read-api.ts';
import { event } from '../../core/narrative/records.ts';
import { FilledLog } from '../../core/query/filled-log.ts';
import { clientOf } from '../shared/api-client.ts';
import { ApiWorld } from '../shared/api-world.ts';

const PATH = '/v1/audit/reviews';
const HOSTILE = '<script>alert(1)</script> \u202e# [x](javascript:alert(2))';

/** A tenant whose log holds one task, and a way to let the log take what is in the queue. */
async function open() {
  const world = new ApiWorld();
  const filled = await FilledLog.open(61);
  const id = () => ({ event_id: mintEventId(filled.now, filled.random) });
  await filled.appendEvents([
    event('TASK_INITIATED', { goal: 'Refund order 4711' }, id()),
    event('TASK_COMPLETED', { output: 'done' }, id()),
  ]);
  world.now = filled.now;
  const routes = readRoutes({
    tenantId: world.tenantId,
    reader: async () => filled.reader,
    quarantine: { newest: async () => [], refused: async () => undefined },
    outbox: world.outbox,
    retainDays: async () => 30,
    console: { find: () => undefined },
  });
  const call = clientOf(routes, world.terms);
  const auditor = await world.token(['events:read', 'log:read', 'reviews']);
  const checkpoint = (await call('GET', '/v1/audit/log/checkpoint', { token: auditor })).text;
  const post = (json: object, token = auditor) => call('POST', PATH, { token, json });
  const settle = async () => {
    const events = world.queued('REVIEW_RECORDED').map((sent) => {
      const parsed = parseEvent(sent);
      if (!parsed.ok) throw new Error(parsed.detail);
      return parsed.event;
    });
    await filled.appendEvents(events);
  };
  const review = { scope: { task_id: 'task-1' }, checkpoint, conclusion: 'accepted_with_findings' };
  return { world, filled, call, auditor, checkpoint, post, settle, review };
}

test('a review is one event by whoever asked, of the log that was looked at', async () => {
  const { world, filled, post, review } = await open();
  const { status, json } = await post({ ...review, comment: 'One gap.' });
  expect(status).toBe(202);
  expect(json).toMatchObject({
    scope: { task_id: 'task-1' },
    conclusion: 'accepted_with_findings',
    comment: 'One gap.',
    reviewer: { type: 'token', name: 'test' },
    checkpoint: { tree_size: filled.cloud.head?.finalSize },
    event_count: 2,
  });
  const [queued, ...others] = world.queued('REVIEW_RECORDED');
  expect(others).toEqual([]);
  expect(world.services.at(-1)).toBe('read-api');
  expect(queued).toMatchObject({
    event_id: json.review_id,
    payload: { target: { type: 'task', id: 'task-1' }, reason: 'One gap.', after: { event_count: 2 } },
  });
});

test('repeated with its id it is the same event to the octet, before and after the log has it; another one is a conflict', async () => {
  const { world, filled, post, settle, review } = await open();
  const own = { ...review, review_id: mintEventId(world.now, filled.random) };
  const first = await post(own);
  world.now += 5_000; // the queue may have taken the first, and the answer got lost
  expect((await post(own)).json).toEqual(first.json);
  const [one, two] = world.queued('REVIEW_RECORDED');
  expect(two).toEqual(one);
  await settle();
  const again = await post(own);
  expect([again.status, again.json]).toEqual([200, first.json]);
  expect(world.queued('REVIEW_RECORDED')).toHaveLength(2);
  expect((await post({ ...own, conclusion: 'rejected' })).json).toMatchObject({
    status: 409,
    field: 'review_id',
  });
});

test('reviews are listed from the log, page by page, by task and time, with proofs', async () => {
  const { call, world, filled, auditor, post, settle, review } = await open();
  for (const conclusion of ['rejected', 'accepted'] as const) {
    world.now += 1_000;
    filled.now = world.now;
    await post({ ...review, conclusion });
  }
  await post({ ...review, scope: { filter: { agent_id: 'refund-agent' } } });
  await settle();
  const list = (query: Record<string, string>) => call('GET', PATH, { token: auditor, query });
  const all = (await list({})).json;
  expect(all).toMatchObject({ total_count: 3, next_cursor: null });
  expect(await verifyPage(all, filled.verifierKey)).toMatchObject({ verified: true });
  const first = (await list({ task_id: 'task-1', limit: '1' })).json;
  expect(first.reviews).toMatchObject([{ conclusion: 'rejected', scope: { task_id: 'task-1' } }]);
  const second = (await list({ task_id: 'task-1', limit: '1', cursor: first.next_cursor })).json;
  expect(second).toMatchObject({ reviews: [{ conclusion: 'accepted' }], next_cursor: null, total_count: 2 });
  expect((await list({ task_id: 'task-9' })).json).toMatchObject({ reviews: [], total_count: 0 });
  expect((await list({ cursor: first.next_cursor })).json).toMatchObject({ status: 400, field: 'cursor' });
  expect(world.queued('AUDIT_ACCESSED').at(-1)).toMatchObject({ payload: { target: { type: 'reviews' } } });
});

test('it shows on the timeline, whatever its comment holds, and says where events came after it', async () => {
  const { call, filled, auditor, post, settle, review } = await open();
  await post({ ...review, comment: HOSTILE });
  await settle();
  const path = '/v1/audit/tasks/task-1/timeline';
  const told = async (accept: string) =>
    (await call('GET', path, { token: auditor, headers: { Accept: accept } })).text;
  const story = JSON.parse(await told('application/json'));
  const [line] = story.story.filter(
    ({ event_type }: { event_type: string }) => event_type === 'REVIEW_RECORDED',
  );
  expect(line.text).toBe('test reviewed this task and concluded: accepted, with findings');
  expect(line.facts).toContainEqual({
    label: 'What was looked at',
    value: '2 events, at the checkpoint of 2 records',
  });
  const summary = () =>
    story.summary.find(({ label }: { label: string }) => label === 'Signed off')?.value as string;
  expect(summary()).toBe('test: accepted, with findings');
  expect(await told('text/html')).toContain('&lt;script&gt;alert(1)&lt;/script&gt; \\u202e# [x]');
  expect(await told('text/markdown')).toContain('\\<script\\>alert');

  await filled.appendEvents([
    event(
      'MESSAGE_EXCHANGED',
      { role: 'user', content: 'late' },
      { event_id: mintEventId(filled.now, filled.random) },
    ),
  ]);
  expect(await told('text/markdown')).toContain(
    'test: accepted, with findings (events were recorded after that)',
  );
});

test.each([
  ['a task that the log does not hold', { scope: { task_id: 'task-9' } }, 'scope/task_id'],
  ['no scope', { scope: {} }, 'scope'],
  ['two scopes', { scope: { task_id: 'task-1', filter: {} } }, 'scope'],
  [
    'a range the wrong way round',
    { scope: { filter: { from: '2026-11-24T10:00:00Z', to: '2026-11-24T09:00:00Z' } } },
    'scope/filter/from',
  ],
  ['a conclusion of their own', { conclusion: 'looks fine' }, 'conclusion'],
  ['an empty comment', { comment: '' }, 'comment'],
  ['a comment that no record can hold', { comment: '\u0001'.repeat(2_000) }, 'comment'],
  ['a text for a checkpoint', { checkpoint: 'sesame' }, 'checkpoint'],
  ['an id of last year', { review_id: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071' }, 'review_id'],
  ['a reviewer', { reviewer: { type: 'user', id: 'ceo' } }, 'reviewer'],
])('%s is refused, and the field named', async (_, wrong, field) => {
  const { world, post, review } = await open();
  const { status, json } = await post({ ...review, ...wrong });
  expect([status, json.field]).toEqual([400, field]);
  expect(world.queued('REVIEW_RECORDED')).toEqual([]);
});

test('who lacks the scope neither signs off nor reads what others concluded', async () => {
  const { world, call, post, review } = await open();
  const reader = await world.token(['events:read', 'log:read']);
  expect((await post(review, reader)).status).toBe(403);
  expect((await call('GET', PATH, { token: reader })).status).toBe(403);
});

test('where the queue does not answer, nothing is said to be recorded', async () => {
  const { world, post, review } = await open();
  world.queueIsDown = true;
  expect((await post(review)).json).toMatchObject({ status: 503, code: 'unavailable' });
});

test('a caller hears who they are, and leaves no record by that', async () => {
  const { world, call, auditor } = await open();
  const before = world.queue.length;
  expect((await call('GET', '/v1/audit/caller', { token: auditor })).json).toMatchObject({
    tenant_id: 'acme',
    type: 'token',
    name: 'test',
    scopes: ['events:read', 'log:read', 'reviews'],
  });
  expect(world.queue).toHaveLength(before);
});
