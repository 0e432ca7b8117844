import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { mintEventId } from '../../../core/event/ids.ts';
import { verifyPage } from '../../../core/receipt/verify.ts';
import { acceptedType } from '../../../lambdas/read-api/accept.ts';
import { readRoutes } from '../../../lambdas/read-api/read-api.ts';
import { event } from '../../core/narrative/records.ts';
import { FilledLog } from '../../core/query/filled-log.ts';
import { clientOf } from '../shared/api-client.ts';
import { ApiWorld } from '../shared/api-world.ts';

const PATH = '/v1/audit/tasks/task-1/timeline';

async function open(goal = 'Refund order 4711') {
  const world = new ApiWorld();
  const filled = await FilledLog.open(31);
  const id = () => ({ event_id: mintEventId(filled.now, filled.random) });
  await filled.appendEvents([
    event('TASK_INITIATED', { goal }, id()),
    event('TASK_COMPLETED', { output: 'done' }, id()),
  ]);
  const quarantine = { newest: async () => [], refused: async () => undefined };
  const routes = readRoutes({
    tenantId: world.tenantId,
    reader: async () => filled.reader,
    quarantine,
    outbox: world.outbox,
    retainDays: async () => 30,
    console: { find: () => undefined },
  });
  const token = await world.token(['events:read']);
  const call = clientOf(routes, world.terms);
  const get = (accept?: string, query: Record<string, string> = {}, path = PATH) =>
    call('GET', path, { token, query, ...(accept === undefined ? {} : { headers: { Accept: accept } }) });
  return { world, filled, get };
}

test('JSON tells the story beside records that verify as they stand', async () => {
  const { filled, get } = await open();
  const { status, json } = await get();
  expect(status).toBe(200);
  expect(json).toMatchObject({
    task_id: 'task-1',
    total_count: 2,
    next_cursor: null,
    completeness: { whole: true, complete: true },
    story: [{ event_type: 'TASK_INITIATED' }, { text: 'Task completed successfully. Output: done' }],
  });
  expect(json.story[0].text).toMatch(/^Agent started by user-1 at .* UTC with goal: Refund order 4711$/);
  expect(await verifyPage(json, filled.verifierKey)).toMatchObject({ verified: true });
});

test('HTML is a document that allows its own style alone', async () => {
  const { get } = await open('<script>alert(1)</script>');
  const { headers, text } = await get('text/html');
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  const style = text.slice(text.indexOf('<style>') + 7, text.indexOf('</style>'));
  const digest = createHash('sha256').update(style).digest('base64');
  expect(headers['content-security-policy']).toContain(`style-src 'sha256-${digest}'`);
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(text).not.toContain('<script');
});

const HOSTILE = [
  '<script>alert(1)</script><img src=x onerror=alert(2)>',
  '![x](http://evil.example/x) [y](javascript:alert(1)) | `z` @someone',
  'ordinary\n\n# Heading\n\n- item',
  'paid \u202e0001\u202c EUR\u200b \u001b[2J\u0007',
];

test.each(HOSTILE)(
  '%j is text in every form that the API answers, and the record is what was sent',
  async (goal) => {
    const { get } = await open(goal);
    const { json } = await get();
    expect(json.events[0].record.event.payload.goal).toBe(goal);
    expect(JSON.stringify(json.story)).not.toMatch(/[\p{Cf}]/u);
    expect(json.story.map(({ text }: { text: string }) => text).join('')).not.toMatch(
      /(?!\n)[\p{Cc}\p{Cf}]/u,
    );
    const html = (await get('text/html')).text;
    expect(html).not.toMatch(/<(?:script|img|a)\b|(?!\n)[\p{Cc}\p{Cf}]/u);
    const markdown = (await get('text/markdown')).text;
    expect(markdown.replaceAll(/\\./g, '').replaceAll(/<br><sub>|<\/sub>/g, '')).not.toMatch(
      /[<[`@|]|https?:\/\//,
    );
    expect(markdown.split('\n').filter((line) => /^\s*# /.test(line))).toEqual(['# Task task-1']);
    expect(markdown).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  },
);

test('Markdown, in the time zone that was asked for, with the way to the next page', async () => {
  const { get } = await open();
  const { headers, text } = await get('text/markdown', { limit: '1', time_zone: 'Asia/Tokyo' });
  expect(headers['content-type']).toBe('text/markdown; charset=utf-8');
  expect(text).toMatch(/GMT\+9|JST/);
  expect(text).toContain('showing 1 of 2 events');
  const [, cursor = ''] = /^<\?cursor=([\w-]+)>; rel="next"$/.exec(String(headers.link)) ?? [];
  expect((await get('text/markdown', { cursor })).text).toContain('Task completed successfully');
});

test.each([
  [{ limit: '0' }, 'limit'],
  [{ limit: '10001' }, 'limit'],
  [{ limit: 'abc' }, 'limit'],
  [{ time_zone: 'Mars/Olympus' }, 'time_zone'],
  [{ cursor: 'abc' }, 'cursor'],
  [{ from: '2026-11-24T00:00:00Z' }, 'from'],
])('a wrong parameter is named: %j', async (query, field) => {
  const { get } = await open();
  const { json } = await get(undefined, query as unknown as Record<string, string>);
  expect(json).toMatchObject({ status: 400, code: 'invalid_request' });
  expect(`${json.field} ${json.detail}`).toContain(field);
});

test('what is not there, and a type that nobody offers, are told', async () => {
  const { get } = await open();
  expect((await get(undefined, {}, '/v1/audit/tasks/task-9/timeline')).json).toMatchObject({ status: 404 });
  expect((await get(undefined, {}, `/v1/audit/tasks/${'x'.repeat(300)}/timeline`)).json).toMatchObject({
    status: 400,
    field: 'task_id',
  });
  expect((await get('image/png')).json).toMatchObject({ status: 400, field: 'accept' });
});

test.each([
  [undefined, 'application/json'],
  ['*/*', 'application/json'],
  ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/html'],
  ['text/*', 'text/html'],
  ['application/json;q=0.1, text/markdown', 'text/markdown'],
])('Accept %j gives %s', (header, type) => {
  expect(acceptedType(header, ['application/json', 'text/html', 'text/markdown'])).toBe(type);
});
