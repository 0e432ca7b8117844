import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { readPdf } from '../lambdas/export-records/read-pdf.ts';
import { SCRIPTS } from '../support/told-task.ts';

const TASKS = 1_000; // where a report ends
const FUNCTION_MB = 2_048;
const TIMEOUT = 1_800_000;
const ROOT = join(import.meta.dirname, '../..');

test(
  'a report of a thousand tasks in all scripts is made in the memory of the function, and tells each of them',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'report-'));
    try {
      const file = join(folder, 'report.pdf');
      const worker = join(ROOT, 'test/support/report-worker.ts');
      const { stdout } = await promisify(execFile)(process.execPath, [worker, String(TASKS), file], {
        cwd: ROOT,
      });
      const said = JSON.parse(stdout);
      expect(said).toMatchObject({ outcome: 'ended' });
      const { pages, bookmarks, attachments } = await readPdf(await readFile(file));
      console.log(
        `${TASKS} tasks: ${pages.length} pages, ${said.report_mb} MB, ${said.seconds} s; at most ${said.peak_mb} MB resident, ` +
          `${said.log_mb} of them before it began`,
      );
      expect(said.peak_mb).toBeLessThan(FUNCTION_MB);
      expect(bookmarks.filter((name) => name.startsWith('Task '))).toHaveLength(TASKS);
      expect(pages.filter((page) => page.includes(SCRIPTS.greek)).length).toBeGreaterThanOrEqual(TASKS / 2);
      expect(attachments.has('events.ndjson')).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  TIMEOUT,
);
