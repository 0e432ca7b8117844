import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportPdf } from '../../lambdas/export-records/pdf/report-pdf.ts';
import { installedFile } from '../../lib/report-files.ts';
import { ExportWorld } from '../core/export/export-world.ts';
import { NOW } from '../core/ingest/intake-world.ts';
import { toldTask } from './told-task.ts';

/*
 * A report of many tasks, every other in all scripts, as a process of its own, so that its memory is nobody else's:
 * node report-worker.ts TASKS FILE
 * It writes the PDF and says what it took; the log that it is of is in the same memory.
 */

const [tasks = '', file = ''] = process.argv.slice(2);
const world = await ExportWorld.open(0);
const { intake } = world;
for (let task = 0; task < Number(tasks); task++) {
  const told = task % 2 === 0; // of tasks that are all long, a report ends at its octets before it has a thousand
  const events = told
    ? toldTask(`task-${task}`, NOW - 3_600_000 + task, (event) => intake.event(event))
    : world.task(task);
  await intake.accept(await intake.message(events));
}
const project = join(import.meta.dirname, '../..');
world.layout = reportPdf((face) => installedFile(project, `fonts/${face}`));
const before = Math.round(process.memoryUsage.rss() / 1_048_576);
const job = await world.ask('pdf');
const begun = performance.now();
const outcome = await world.run(job, intake.now + 3_600_000);
const seconds = Math.round((performance.now() - begun) / 1_000);
const report = world.files.files.get(`${job.exportId}/report.pdf`) ?? new Uint8Array();
writeFileSync(file, report);
const peak_mb = Math.round(process.resourceUsage().maxRSS / 1_024);
const said = { outcome, seconds, log_mb: before, peak_mb, report_mb: Math.round(report.length / 1_048_576) };
process.stdout.write(`${JSON.stringify(said)}\n`);
