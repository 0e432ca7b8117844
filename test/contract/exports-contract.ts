import { expect, test } from '@jest/globals';
import type { EventId } from '../../core/event/ids.ts';
import type { ExportJob, ExportJobs } from '../../core/export/export-job.ts';

const NOW = 1_764_000_000_000;
const idOf = (n: number) => `019abcde-0000-7000-8000-${String(n).padStart(12, '0')}` as EventId;
const TREE = { size: 12, checkpoint: 'a note', verifierKey: 'a key', total: 3 };

function jobOf(n: number): ExportJob {
  return {
    exportId: idOf(n),
    format: 'ndjson',
    filter: { user_id: 'ann' },
    personal: true,
    createdAt: NOW,
    createdBy: { type: 'token', id: 'token-1' },
    requestId: 'request-1',
    status: 'queued',
    records: 0,
    attempts: 0,
    expiresAt: NOW + 86_400_000,
  };
}

/** What every store of export jobs promises; `fresh` gives an empty one. */
export function exportsContract(fresh: () => Promise<ExportJobs>): void {
  test('a job is found as it was added, and the newest come first', async () => {
    const jobs = await fresh();
    for (const n of [1, 2, 3]) await jobs.add(jobOf(n));
    expect(await jobs.get(idOf(2))).toEqual(jobOf(2));
    expect(await jobs.get(idOf(9))).toBeUndefined();
    expect((await jobs.newest(2)).map(({ exportId }) => exportId)).toEqual([idOf(3), idOf(2)]);
    expect((await jobs.newest(2, idOf(2))).map(({ exportId }) => exportId)).toEqual([idOf(1)]);
  });

  test('one worker has a job at a time, another only once its time is over', async () => {
    const jobs = await fresh();
    await jobs.add(jobOf(1));
    const claims = await Promise.all([1, 2, 3].map(() => jobs.claim(idOf(1), NOW, NOW + 10)));
    expect(claims.filter((job) => job !== undefined)).toMatchObject([{ status: 'running', attempts: 1 }]);
    expect(await jobs.claim(idOf(1), NOW + 9, NOW + 20)).toBeUndefined();
    expect(await jobs.claim(idOf(1), NOW + 10, NOW + 20)).toMatchObject({ attempts: 2 });
  });

  test('progress is kept, until the job has ended', async () => {
    const jobs = await fresh();
    await jobs.add(jobOf(1));
    expect(await jobs.progress(idOf(1), { leaseUntil: NOW, records: 1 })).toBeUndefined();
    await jobs.claim(idOf(1), NOW, NOW + 10);
    await jobs.progress(idOf(1), { leaseUntil: NOW + 30, records: 0, tree: TREE });
    await jobs.progress(idOf(1), { leaseUntil: NOW + 40, records: 2, attempts: 0 });
    expect(await jobs.get(idOf(1))).toMatchObject({
      records: 2,
      tree: TREE,
      attempts: 0,
      leaseUntil: NOW + 40,
    });
    await jobs.end(idOf(1), { status: 'cancelled', finishedAt: NOW + 1 });
    expect(await jobs.progress(idOf(1), { leaseUntil: NOW, records: 3 })).toBeUndefined();
    expect(await jobs.claim(idOf(1), NOW + 99, NOW + 100)).toBeUndefined();
  });

  test('the first ending stands', async () => {
    const jobs = await fresh();
    await jobs.add(jobOf(1));
    const failure = { code: 'unavailable', detail: 'Ask again.' };
    await jobs.end(idOf(1), { status: 'failed', failure, finishedAt: NOW });
    const ended = await jobs.end(idOf(1), {
      status: 'done',
      manifestDigest: `sha256:${'0'.repeat(64)}`,
      bytes: 1,
      finishedAt: NOW + 5,
    });
    expect(ended).toMatchObject({ status: 'failed', failure, finishedAt: NOW });
    expect(await jobs.expire(idOf(1), NOW + 7)).toMatchObject({ expiresAt: NOW + 7 });
  });
}
