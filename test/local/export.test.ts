import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { main } from '../../clients/operator/tenant/main.ts';
import { judge } from '../../clients/verifier/judge.ts';
import { withUnzipped } from '../../clients/verifier/zip.ts';
import { AuditError } from '../../core/errors.ts';
import { EXPORT_FORMATS } from '../../core/export/export-job.ts';
import { runExport } from '../../core/export/run-export.ts';
import { plainEvent, uniqueName } from './support/events.ts';
import { eventually } from './support/eventually.ts';
import { downloadOf, type ExportBench, exportBench, exportOf } from './support/exports.ts';
import { call } from './support/http.ts';
import { localTenant, STATE } from './support/local-tenants.ts';
import { recordsOf, verifiedPage } from './support/log.ts';
import { messageOf, sendToQueue } from './support/queue.ts';

const PATH = '/v1/audit/exports';
const EVENTS = 40;
const tenant = localTenant('acme');
const { admin, reader } = tenant.tokens;
const task = uniqueName('exported');
let directory: string;
let bench: ExportBench;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'export-test-'));
  bench = await exportBench(tenant);
  const events = Array.from({ length: EVENTS }, (_, n) =>
    plainEvent(task, { occurred_at: new Date(Date.UTC(2026, 10, 1, 0, n)).toISOString() }),
  );
  await sendToQueue(tenant, [await messageOf(tenant, events)]);
  await recordsOf(tenant, task, EVENTS);
}, 60_000);

afterAll(async () => {
  bench.close();
  await rm(directory, { recursive: true });
});

const outcomeOf = async (file: string) => {
  const result = await judge(file, { key: tenant.verifier_key, progress: () => undefined });
  return result.outcome === 'judged' ? result.verdict : result;
};

async function store(zip: Uint8Array): Promise<string> {
  const file = join(directory, `${uniqueName('bundle')}.zip`);
  await writeFile(file, zip);
  return file;
}

describe('an export job', () => {
  test('ends as a bundle that verifies offline, and does not with one byte changed, in whatever file', async () => {
    const job = await exportOf(tenant, { format: 'ndjson', filter: { task_id: task } });
    expect(job).toMatchObject({
      progress: { records: EVENTS, total: EVENTS, percent: 100 },
      personal_fields: 'disclosed',
    });
    const { address, zip } = await downloadOf(tenant, job.export_id);
    expect(Number(address.searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(300);
    const file = await store(zip);
    expect(await outcomeOf(file)).toMatchObject({ verified: true, shown: { count: EVENTS } });
    await withUnzipped(file, async (bundle) => {
      const names = await readdir(bundle);
      expect(names).toEqual(
        expect.arrayContaining(['manifest.json', 'receipt.json', 'events-000001.ndjson']),
      );
      for (const name of names) {
        const path = join(bundle, name);
        const whole = await readFile(path);
        for (const at of [0, whole.length >> 1, whole.length - 1]) {
          const altered = Buffer.from(whole);
          altered[at] = (altered[at] ?? 0) ^ 1;
          await writeFile(path, altered);
          expect([name, at, await outcomeOf(bundle)]).not.toMatchObject([name, at, { verified: true }]);
        }
        await rm(path);
        expect([name, await outcomeOf(bundle)]).not.toMatchObject([name, { verified: true }]);
        await writeFile(path, whole);
      }
      expect(await outcomeOf(bundle)).toMatchObject({ verified: true });
    });
  }, 60_000);

  test('and its download are records, which name it and its manifest', async () => {
    const job = await exportOf(tenant, { format: 'ocsf', filter: { task_id: task } });
    await downloadOf(tenant, job.export_id);
    const types = ['EXPORT_CREATED', 'EXPORT_DOWNLOADED'];
    const found = await eventually(async () => {
      const pages = types.map((event_type) => verifiedPage(tenant, { event_type, limit: '1000' }));
      const events = (await Promise.all(pages)).flatMap((page) => page.events);
      const own = events.map(({ record }) => record.event).filter(ofExport(job.export_id));
      expect(own.map(({ event_type }) => event_type)).toEqual(types);
      return own;
    });
    for (const { payload } of found)
      expect(payload).toMatchObject({
        after: { format: 'ocsf', records: EVENTS, manifest_sha256: job.manifest_sha256 },
      });
  }, 60_000);

  test('holds what its filter asks for, and nothing where nothing matches', async () => {
    const [from, to] = ['2026-11-01T00:10:00Z', '2026-11-01T00:20:00Z'];
    const range = await exportOf(tenant, { format: 'ndjson', filter: { task_id: task, from, to } });
    expect(range.progress).toMatchObject({ records: 10, total: 10 });
    const none = await exportOf(tenant, { format: 'ndjson', filter: { task_id: uniqueName('nobody') } });
    expect(none.progress).toEqual({ records: 0, total: 0, percent: 100 });
    const { zip } = await downloadOf(tenant, none.export_id);
    expect(await outcomeOf(await store(zip))).toMatchObject({ verified: true, shown: { count: 0 } });
  }, 60_000);

  test.each([
    [{ format: 'xml' }, 'format'],
    [{ format: 'ndjson', filter: { from: '2026-11-02T00:00:00Z', to: '2026-11-01T00:00:00Z' } }, 'from'],
    [{ format: 'ndjson', filter: { from: 'yesterday' } }, 'from'],
    [{ format: 'ndjson', filter: { agent: 'x' } }, 'agent'],
    [{ format: 'ndjson', since: 3 }, 'since'],
    [{ format: 'tlog-tiles', filter: { user_id: 'ann' } }, 'whole log'],
  ])('%j is refused, with what is wrong', async (body, named) => {
    const { status, text } = await call(tenant, 'POST', PATH, { token: admin, body });
    expect(status).toBe(400);
    expect(text).toContain('invalid_request');
    expect(text).toContain(named);
  });

  test('that was cancelled is not made any more, and is nothing to download', async () => {
    const { exportId } = await bench.add({ filter: { task_id: task } });
    const cancelled = await call(tenant, 'POST', `${PATH}/${exportId}/cancel`, { token: admin });
    expect(cancelled).toMatchObject({ status: 200, body: { status: 'cancelled' } });
    await bench.enqueue(exportId);
    expect((await call(tenant, 'GET', `${PATH}/${exportId}/download`, { token: admin })).status).toBe(409);
    expect(await runExport(exportId, Date.now() + 60_000, bench.exporter)).toBe('ended');
    expect(await bench.files.read(exportId, 'manifest.json')).toBeUndefined();
  }, 60_000);

  test('is listed, and can not be fetched any more once its files are deleted or past their time', async () => {
    const job = await exportOf(tenant, { format: 'ndjson', filter: { task_id: task } });
    const { address } = await downloadOf(tenant, job.export_id);
    const list = await call(tenant, 'GET', `${PATH}?limit=100`, { token: admin });
    expect(list.body).toMatchObject({ exports: expect.arrayContaining([expect.objectContaining(job)]) });
    expect((await call(tenant, 'GET', PATH, { token: reader })).status).toBe(403);
    expect((await call(tenant, 'DELETE', `${PATH}/${job.export_id}`, { token: admin })).status).toBe(200);
    expect((await call(tenant, 'GET', `${PATH}/${job.export_id}/download`, { token: admin })).status).toBe(
      404,
    );
    expect((await fetch(address)).ok).toBe(false);

    const { exportId } = await bench.add({ filter: { task_id: task }, expiresAt: Date.now() - 1 });
    await bench.enqueue(exportId);
    await eventually(async () => expect((await bench.exporter.jobs.get(exportId))?.status).toBe('done'));
    const late = await call(tenant, 'GET', `${PATH}/${exportId}/download`, { token: admin });
    expect(late).toMatchObject({ status: 404, body: { code: 'not_found' } });
  }, 60_000);

  test('whose worker died between two parts is gone on with by the deployed one, and is whole', async () => {
    const { exportId } = await bench.add({ filter: { task_id: task } });
    const { exporter, files } = bench;
    const written: string[] = [];
    const dies = {
      read: files.read.bind(files),
      pack: files.pack.bind(files),
      remove: files.remove.bind(files),
      write: async (id: string, name: string, bytes: Uint8Array) => {
        if (written.length === 3) throw new AuditError('unavailable', 'killed');
        await files.write(id, name, bytes);
        written.push(name);
      },
    };
    const long = Date.now() - 3_600_000; // so that the dead worker's lease is over
    const reader = { ...exporter.reader, clock: { ...exporter.reader.clock, now: () => long } };
    const worker = { ...exporter, files: dies, reader, partBytes: 8_000 };
    await expect(runExport(exportId, Date.now(), worker)).rejects.toThrow('killed');
    expect(written).toEqual(['events-000001.ndjson', 'state.json', 'events-000002.ndjson']);

    await bench.enqueue(exportId);
    await eventually(async () => expect((await exporter.jobs.get(exportId))?.status).toBe('done'));
    const { zip } = await downloadOf(tenant, exportId);
    const file = await store(zip);
    expect(await outcomeOf(file)).toMatchObject({ verified: true, shown: { count: EVENTS } });
    await withUnzipped(file, async (bundle) => {
      const parts = (await readdir(bundle)).filter((name) => name.startsWith('events-'));
      expect(parts.length).toBeGreaterThan(1); // the first of them is the dead worker's
      expect((await readFile(join(bundle, 'events-000001.ndjson'))).length).toBeLessThan(16_000);
    });
  }, 60_000);
});

test('npm run tenant -- export writes every format, with progress, and verifies it', async () => {
  await Promise.all(
    EXPORT_FORMATS.filter((format) => format !== 'tlog-tiles').map(async (format) => {
      const out: string[] = [];
      const err: string[] = [];
      const status = await main(
        [
          ...['export', 'acme', '--state', STATE, '--json', '--format', format, '--out', directory],
          ...['--task', task, '--from', '2026-11-01T00:00:00Z', '--to', '2026-11-01T00:05:00Z'],
        ],
        { out: (line) => out.push(line), err: (line) => err.push(line), now: Date.now },
      );
      expect([status, err.join('\n')]).toEqual([
        0,
        expect.stringMatching(/Export [0-9a-f-]{36} is queued\./),
      ]);
      const { file, report, records } = JSON.parse(out.join('\n'));
      expect(records).toBe(5);
      if (format === 'pdf') expect((await readFile(report)).subarray(0, 8).toString()).toBe('%PDF-1.7');
      expect(await outcomeOf(file)).toMatchObject({ verified: true });
    }),
  );
}, 60_000);

function ofExport(exportId: string) {
  return ({ payload }: { payload: { target?: { id?: string } } }) => payload.target?.id === exportId;
}
