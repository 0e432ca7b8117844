import { mintEventId } from '../../../core/event/ids.ts';
import type { ExportFormat, ExportJob } from '../../../core/export/export-job.ts';
import type { Exporter } from '../../../core/export/exporter.ts';
import type { ReportLayout } from '../../../core/export/report-layout.ts';
import { type ExportOutcome, runExport } from '../../../core/export/run-export.ts';
import { deriveTenantKeys } from '../../../core/index/tenant-keys.ts';
import type { EventFilter } from '../../../core/query/filter.ts';
import { MemoryExportFiles, MemoryExportJobs } from '../../support/memory-exports.ts';
import { IntakeWorld, NOW } from '../ingest/intake-world.ts';

const DAY = 86_400_000;

/** A tenant's log in memory, filled by the real intake, and a worker that exports it. */
export class ExportWorld {
  readonly jobs = new MemoryExportJobs();
  readonly files = new MemoryExportFiles();
  readonly intake: IntakeWorld;
  readonly exporter: Exporter;
  /** Whether what the worker puts into the internal queue gets into the log. */
  delivers = true;
  readonly sent: string[] = [];
  /** How a report is laid out; a test may set the one of the function. */
  layout: ReportLayout = async ({ title }) => new TextEncoder().encode(title);

  private constructor(intake: IntakeWorld) {
    this.intake = intake;
    const { log } = intake.intake;
    this.exporter = {
      tenantId: 'acme',
      origin: log.origin,
      writerVersion: '0.1.0',
      reader: { ...log, keys: deriveTenantKeys('a secret of this test, long enough') },
      jobs: this.jobs,
      files: this.files,
      outbox: {
        send: async (bodies) => {
          this.sent.push(...bodies);
          if (!this.delivers) return;
          for (const body of bodies) await intake.accept(intake.internal(JSON.parse(body)));
        },
      },
      layout: (report) => this.layout(report),
      partBytes: 20_000,
    };
  }

  /** With `tasks` tasks of three events each, recorded in batches of six. */
  static async open(tasks: number): Promise<ExportWorld> {
    const world = new ExportWorld(await IntakeWorld.open());
    for (let task = 0; task < tasks; task += 2)
      await world.intake.accept(await world.intake.message([...world.task(task), ...world.task(task + 1)]));
    return world;
  }

  task(number: number) {
    const at = (seconds: number) => new Date(NOW - 3_600_000 + (number * 60 + seconds) * 1_000).toISOString();
    const common = { task: { id: `task-${number}` } };
    return [
      this.intake.event({
        ...common,
        occurred_at: at(0),
        initiator: { type: 'user', user_id: number % 2 === 0 ? 'ann' : 'ben' },
        payload: { goal: `Refund order ${number}` },
      }),
      this.intake.event({
        ...common,
        event_type: 'TOOL_CALLED',
        occurred_at: at(1),
        payload: { tool: { name: 'orders.get', kind: 'api' }, input: { order: number } },
      }),
      this.intake.event({
        ...common,
        event_type: 'TASK_COMPLETED',
        occurred_at: at(2),
        payload: { output: 'done' },
      }),
    ];
  }

  async ask(
    format: ExportFormat,
    filter: EventFilter = {},
    over: Partial<ExportJob> = {},
  ): Promise<ExportJob> {
    const createdAt = this.intake.now;
    const job: ExportJob = {
      exportId: mintEventId(createdAt, this.intake.random),
      format,
      filter,
      personal: true,
      createdAt,
      createdBy: { type: 'token', id: 'token-1' },
      requestId: 'request-1',
      status: 'queued',
      records: 0,
      attempts: 0,
      expiresAt: createdAt + 7 * DAY,
      ...over,
    };
    await this.jobs.add(job);
    return job;
  }

  run(job: ExportJob, deadline = this.intake.now + 60_000): Promise<ExportOutcome> {
    return runExport(job.exportId, deadline, this.exporter);
  }
}
