import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { main } from '../../clients/verifier/main.ts';
import { mintEventId } from '../../core/event/ids.ts';
import type { ExportJob } from '../../core/export/export-job.ts';
import { diskS3 } from '../support/disk-s3.ts';
import { VERIFIER_KEY } from '../support/made-log.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const RECORDS = 1_000_000;
const MONTH_MS = 30 * 86_400_000;
const HEAP_MB = 512; // a quarter of what the function has
const PEAK_MB = 800;
const GROWTH_MB = 150; // what a collector that has more to do may take more, and far less than four times the data
const AFTER_LEASE_SECONDS = 600;
const TIMEOUT = 7_200_000;
const ROOT = join(import.meta.dirname, '../..');
const WORKER = join(ROOT, 'test/support/export-worker.ts');
const EXPORT_ID = mintEventId(Date.parse('2026-11-24T10:00:00Z'), new SeededRandom(1));

let folder: string;
let s3: Awaited<ReturnType<typeof diskS3>>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'million-'));
  s3 = await diskS3(join(folder, 's3'));
});
afterEach(async () => {
  await s3.close();
  await rm(folder, { recursive: true });
});

type Worker = ChildProcessByStdio<null, Readable, null>;

function worker(records: number, later = 0): Worker {
  const step = Math.floor(MONTH_MS / records);
  const args = [folder, String(records), String(step), s3.endpoint, String(later)];
  return spawn(process.execPath, [`--max-old-space-size=${HEAP_MB}`, WORKER, ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** What a worker says, line by line, until it ends or `enough`. */
async function listen(
  child: Worker,
  enough: (said: Said) => boolean = () => false,
): Promise<Said | undefined> {
  let last: Said | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    last = JSON.parse(line) as Said;
    if (enough(last)) break;
  }
  return last;
}

interface Said {
  records?: number;
  outcome?: string;
  status?: string;
  peak_mb?: number;
}

async function prepare(records: number): Promise<void> {
  const step = Math.floor(MONTH_MS / records);
  const args = ['--max-old-space-size=4096', WORKER, folder, String(records), String(step)];
  const maker = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  const [complaints, [status]] = await Promise.all([text(maker.stderr), once(maker, 'close')]);
  expect([status, complaints]).toEqual([0, '']);
  const createdAt = Date.now();
  const job: ExportJob = {
    ...{
      exportId: EXPORT_ID,
      format: 'ndjson',
      filter: {},
      personal: true,
      createdAt,
      requestId: 'request-1',
    },
    ...{ createdBy: { type: 'token', id: 'token-1' }, status: 'queued', records: 0, attempts: 0 },
    expiresAt: createdAt + 7 * 86_400_000,
  };
  await writeFile(join(folder, 'jobs.json'), JSON.stringify([job]));
}

async function verify(file: string): Promise<{ status: number; out: string }> {
  let out = '';
  const status = await main([file, '--key', VERIFIER_KEY, '--json'], {
    out: (said) => {
      out += said;
    },
    err: () => undefined,
  });
  return { status, out };
}

test(
  'a million records go out in bounded memory, whatever dies on the way, and verify; one other octet does not',
  async () => {
    const peaks: number[] = [];
    for (const records of [RECORDS / 4, RECORDS]) {
      await rm(join(folder, 's3'), { recursive: true, force: true });
      await rm(join(folder, 'appended.json'), { force: true });
      await prepare(records);
      const begun = performance.now();
      const first = worker(records);
      const ended = once(first, 'close');
      const reached = await listen(first, (said) => (said.records ?? 0) > records * 0.4);
      first.kill('SIGKILL');
      await ended;
      expect(reached?.outcome).toBeUndefined();

      const early = await listen(worker(records)); // the dead worker has the job until its lease ends
      expect(early).toMatchObject({ outcome: 'later', status: 'running' });
      const said = await listen(worker(records, AFTER_LEASE_SECONDS));
      const seconds = (performance.now() - begun) / 1_000;
      expect(said).toMatchObject({ outcome: 'ended', status: 'done' });
      peaks.push(said?.peak_mb ?? Number.POSITIVE_INFINITY);

      const exported = join(folder, 's3/work/exports', EXPORT_ID);
      const names = (await readdir(exported)).filter((name) => name.startsWith('events-'));
      const manifest = JSON.parse(await readFile(join(exported, 'manifest.json'), 'utf8'));
      expect(manifest).toMatchObject({ count: records, missing: 0, completeness: { judged: true } });
      console.log(
        `${records} records: ${names.length} parts, ${Math.round(seconds)} s with a worker killed in between, ` +
          `${Math.round(records / seconds)} records a second, at most ${peaks.at(-1)} MB resident`,
      );
    }
    const [quarter = 0, whole = 0] = peaks;
    expect(whole).toBeLessThan(PEAK_MB);
    expect(whole - quarter).toBeLessThan(GROWTH_MB);

    const zip = join(folder, 's3/work/exports', EXPORT_ID, 'export.zip');
    const { status, out } = await verify(zip);
    expect(JSON.parse(out).results[0]).toMatchObject({ outcome: 'verified', count: RECORDS, missing: 0 });
    expect(status).toBe(0);

    const part = join(folder, 's3/work/exports', EXPORT_ID, 'events-000070.ndjson');
    await rm(join(folder, 's3/work/exports', EXPORT_ID, 'state.json'));
    await rm(zip);
    await using file = await open(part, 'r+');
    const at = Math.floor((await file.stat()).size / 2);
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, at);
    await file.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, at);
    expect((await verify(join(folder, 's3/work/exports', EXPORT_ID))).status).toBe(1);
  },
  TIMEOUT,
);
