import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { ExportClient } from '../../../../clients/operator/tenant/export-client.ts';
import { withServer } from '../../sdk/loopback.ts';
import { run } from './served-tenant.ts';

const ID = '01a20ce4-05c0-77ab-9306-82f5da62bf63';
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'export-client-'));
});
afterEach(() => rm(directory, { recursive: true }));

const job = (status: string, records: number, more: object = {}) => ({
  status: 200,
  body: {
    export_id: ID,
    format: 'ndjson',
    status,
    progress: { records, total: 4, percent: records * 25 },
    ...more,
  },
});

/** What comes of an export whose job answers one after another of `answers`, the last of them for ever. */
async function finished(answers: object[], tick = 0) {
  const told: string[] = [];
  let now = 0;
  let result: unknown;
  await withServer(
    async () => (answers.length > 1 ? answers.shift() : answers[0]) as { status: number },
    async (apiUrl) => {
      const client = new ExportClient({ apiUrl, token: 't' });
      const clock = () => (now += tick);
      result = await client
        .finished(ID, ({ status, progress }) => told.push(`${status} ${progress.records}`), clock)
        .catch((error: unknown) => error);
    },
  );
  return { told, result };
}

test('an export is waited for, and each step that it takes is told once', async () => {
  const { told, result } = await finished([
    job('queued', 0),
    job('running', 2),
    job('running', 2),
    job('done', 4),
  ]);
  expect(told).toEqual(['queued 0', 'running 2']);
  expect(result).toMatchObject({ status: 'done', progress: { records: 4 } });
});

test.each([
  [
    'fails',
    [job('failed', 0, { failure: { code: 'integrity', detail: 'It did not pass.' } })],
    /did not pass/,
  ],
  ['is cancelled', [job('cancelled', 0)], /was cancelled/],
  [
    'is forgotten',
    [{ status: 404, body: { code: 'not_found', detail: 'There is none.' } }],
    /404 \(not_found\) There is none/,
  ],
  ['is not one', [{ status: 200, body: {} }], /export_id/],
])('an export that %s ends the waiting, and says so', async (_, answers, says) => {
  const { result } = await finished(answers);
  expect(String(result)).toMatch(says);
});

test('an export that gets no further for twenty minutes is not waited for', async () => {
  const { result } = await finished([job('running', 1)], 11 * 60_000);
  expect(String(result)).toMatch(/no further: running, 25 %/);
});

test('the file is fetched without the token, and one that can not be had leaves nothing behind', async () => {
  await withServer(
    async ({ path, headers }) =>
      path.endsWith('/download')
        ? { status: 303, headers: { location: `http://${headers.host}/file` } }
        : { status: 404 },
    async (apiUrl, heard) => {
      const client = new ExportClient({ apiUrl, token: 't' });
      await expect(client.download(ID, directory, 'x.zip')).rejects.toThrow('answered 404');
      expect(heard.map(({ path, headers }) => [path, headers.authorization])).toEqual([
        [`/v1/audit/exports/${ID}/download`, 'Bearer t'],
        ['/file', undefined],
      ]);
    },
  );
  expect(await readdir(directory)).toEqual([]);
});

test.each([
  [['--format', 'xml'], /Allowed choices are ndjson, pdf, ocsf, splunk-hec, elastic-bulk, tlog-tiles/],
  [['--format', 'ndjson', '--from', 'yesterday'], /Expected a time, as 2026-11-24T09:00:00Z/],
  [['--format', 'ndjson', '--event-type', 'TEA_DRUNK'], /TASK_INITIATED/],
  [['--format', 'tlog-tiles', '--user', 'ann'], /tlog-tiles is the whole log: it takes no filter/],
])('%j is refused before anything is asked for', async (args, says) => {
  const { status, err } = await run('export', 'acme', '--out', directory, ...args);
  expect([status, err]).toEqual([2, expect.stringMatching(says)]);
});
