import { expect, test } from '@jest/globals';
import { SCOPES } from '../../../core/identity/scope.ts';
import { adminRoutes } from '../../../lambdas/admin-api/admin-api.ts';
import { MemoryExportFiles, MemoryExportJobs } from '../../support/memory-exports.ts';
import { clientOf } from '../shared/api-client.ts';
import { ApiWorld } from '../shared/api-world.ts';
import { adminApiOf } from './admin-world.ts';

const PATH = '/v1/audit/exports';

class ExportsWorld extends ApiWorld {
  readonly jobs = new MemoryExportJobs();
  readonly files = new MemoryExportFiles();
  readonly sent: string[] = [];

  readonly call = clientOf(
    adminRoutes(
      adminApiOf(this, {
        exports: {
          jobs: this.jobs,
          files: this.files,
          queue: { send: async (bodies) => void this.sent.push(...bodies) },
        },
      }),
    ),
    this.terms,
  );

  async ask(json: object = { format: 'ndjson' }) {
    const token = await this.token(SCOPES);
    const { json: made, status } = await this.call('POST', PATH, { token, json });
    return { token, made, status, one: `${PATH}/${made.export_id}` };
  }

  async finish(exportId: string): Promise<void> {
    await this.jobs.claim(exportId, this.now, this.now + 1);
    const ending = { status: 'done', manifestDigest: `sha256:${'0'.repeat(64)}`, bytes: 12 } as const;
    await this.jobs.end(exportId, { ...ending, finishedAt: this.now });
  }
}

test('an export is queued, shown, and listed newest first in pages', async () => {
  const world = new ExportsWorld();
  const { token, made, status, one } = await world.ask({ format: 'ocsf', filter: { user_id: 'ann' } });
  expect(status).toBe(202);
  expect(made).toMatchObject({
    format: 'ocsf',
    filter: { user_id: 'ann' },
    personal_fields: 'disclosed',
    status: 'queued',
    progress: { records: 0, percent: 0 },
    expires_at: '2026-12-01T09:00:00.000Z',
  });
  expect(world.sent.map((body) => JSON.parse(body))).toEqual([{ export_id: made.export_id }]);
  expect((await world.call('GET', one, { token })).json).toEqual(made);

  world.now += 1;
  const { made: second } = await world.ask();
  const page = await world.call('GET', PATH, { token, query: { limit: '1' } });
  expect(page.json.exports).toEqual([second]);
  const rest = await world.call('GET', PATH, {
    token,
    query: { limit: '1', cursor: page.json.next_cursor },
  });
  expect(rest.json).toEqual({ exports: [made], next_cursor: null });
});

test.each([
  [{ format: 'xml' }, 'format'],
  [{ format: 'ndjson', filter: { colour: 'red' } }, 'filter'],
  [{ format: 'ndjson', filter: { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' } }, 'filter.to'],
  [{ format: 'ndjson', filter: { event_type: ['TOOL_CALLED'], category: 'governance' } }, 'filter.category'],
  [{ format: 'tlog-tiles', filter: { agent_id: 'refund-agent' } }, 'filter'],
  [{ filter: {} }, 'format'],
])('%j is refused, naming the field', async (json, field) => {
  const world = new ExportsWorld();
  const { status, made } = await world.ask(json);
  expect([status, made.code]).toEqual([400, 'invalid_request']);
  expect(String(made.field ?? made.detail)).toContain(field.split('.').at(-1));
  expect(world.jobs.jobs.size).toBe(0);
});

test('personal fields are opened only for who may read them', async () => {
  const world = new ExportsWorld();
  const token = await world.token(['exports']);
  const { json } = await world.call('POST', PATH, { token, json: { format: 'ndjson' } });
  expect(json.personal_fields).toBe('committed');
});

test('a download is recorded before its address is given, and refused where it can not be', async () => {
  const world = new ExportsWorld();
  const { token, made, one } = await world.ask();
  expect((await world.call('GET', `${one}/download`, { token })).status).toBe(409);
  await world.finish(made.export_id);
  expect((await world.call('GET', one, { token })).json).toMatchObject({
    status: 'done',
    progress: { percent: 100 },
    download_url: `${one}/download`,
  });
  const given = await world.call('GET', `${one}/download`, { token });
  expect(given.status).toBe(303);
  expect(given.headers.location).toContain(`audit-trail-acme-${made.export_id}.zip`);
  expect(world.queued('EXPORT_DOWNLOADED')).toMatchObject([
    { payload: { target: { type: 'export', id: made.export_id } } },
  ]);
  // A page is told the address, and it is a download all the same.
  const told = await world.call('GET', `${one}/download`, { token, query: { redirect: 'false' } });
  expect([told.status, told.json]).toEqual([200, { address: given.headers.location }]);
  expect(told.headers.location).toBeUndefined();
  expect(world.queued('EXPORT_DOWNLOADED')).toHaveLength(2);
  const unclear = await world.call('GET', `${one}/download`, { token, query: { redirect: 'no' } });
  expect([unclear.status, unclear.json.field]).toEqual([400, 'redirect']);
  world.queueIsDown = true;
  for (const query of [{}, { redirect: 'false' }]) {
    const refused = await world.call('GET', `${one}/download`, { token, query });
    expect([refused.status, refused.headers.location, refused.json.address]).toEqual([
      503,
      undefined,
      undefined,
    ]);
  }
});

test('what was deleted can not be fetched any more, and what runs is cancelled', async () => {
  const world = new ExportsWorld();
  const { token, made, one } = await world.ask();
  await world.finish(made.export_id);
  await world.files.write(made.export_id, 'manifest.json', new Uint8Array(2));
  expect((await world.call('DELETE', one, { token })).status).toBe(200);
  expect(world.files.files.size).toBe(0);
  expect((await world.call('GET', `${one}/download`, { token })).status).toBe(404);

  const { made: running, one: other } = await world.ask();
  expect((await world.call('POST', `${other}/cancel`, { token })).json.status).toBe('cancelled');
  expect((await world.jobs.get(running.export_id))?.status).toBe('cancelled');
  expect((await world.call('POST', `${other}/cancel`, { token })).json.status).toBe('cancelled');
});

test('after seven days its files are gone: it is still listed, and says how to get them anew', async () => {
  const world = new ExportsWorld();
  const { token, made, one } = await world.ask();
  await world.finish(made.export_id);
  world.now = Date.parse(made.expires_at);
  const { status, json } = await world.call('GET', `${one}/download`, { token });
  expect([status, json.detail]).toEqual([404, 'The files of this export are deleted. Ask for a new one.']);
  expect((await world.call('GET', PATH, { token })).json.exports).toHaveLength(1);
});

test('a job whose message was lost is sent again once somebody looks', async () => {
  const world = new ExportsWorld();
  const { token, made, one } = await world.ask();
  await world.call('GET', one, { token });
  expect(world.sent).toHaveLength(1);
  world.now += 3 * 60_000;
  await world.call('GET', one, { token });
  expect(world.sent.map((body) => JSON.parse(body))).toEqual([
    { export_id: made.export_id },
    { export_id: made.export_id },
  ]);
});

test('an export that is not there is told from one that is, to who may ask', async () => {
  const world = new ExportsWorld();
  const token = await world.token(['exports']);
  const unknown = `${PATH}/01a20ce4-05c0-77ab-9306-82f5da62bf63`;
  expect((await world.call('GET', unknown, { token })).status).toBe(404);
  expect((await world.call('GET', `${PATH}/x`, { token })).status).toBe(400);
  expect((await world.call('GET', unknown, { token: await world.token(['events:read']) })).status).toBe(403);
});
