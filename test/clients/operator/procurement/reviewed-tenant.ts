import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DEFAULTS,
  inquiryOf,
  type Wanted,
} from '../../../../clients/operator/procurement/simulate/inquiry.ts';
import { QUESTIONS, type Question } from '../../../../clients/operator/procurement/simulate/questions.ts';
import { Session, type TenantApi } from '../../../../clients/operator/procurement/simulate/session.ts';
import { type Simulation, simulate } from '../../../../clients/operator/procurement/simulate/simulate.ts';
import { DEFAULT_PERSONAL_DATA } from '../../../../core/event/personal-data.ts';
import type { ExportFormat } from '../../../../core/export/export-job.ts';
import { SCOPES } from '../../../../core/identity/scope.ts';
import type { EventFilter } from '../../../../core/query/filter.ts';
import { customerRecordRuns } from '../../../../examples/agents/customer-record/runs.ts';
import { WorkClock } from '../../../../examples/agents/customer-record/work-clock.ts';
import { readRoutes } from '../../../../lambdas/read-api/read-api.ts';
import { ExportWorld } from '../../../core/export/export-world.ts';
import { AdminWorld } from '../../../lambdas/admin-api/admin-world.ts';
import { clientOf } from '../../../lambdas/shared/api-client.ts';
import { madeZip } from '../../../support/made-zip.ts';
import { memoryTrail } from '../../sdk/memory-transport.ts';

/** An answer, as far as tests look into it. */
export interface Body {
  events: { record: { event: { event_type: string } }; disclosures?: unknown }[];
  total_count: number;
  [more: string]: unknown;
}

/** What a test may change of the answers on their way to the reader. */
export interface Meddling {
  /** Of an answer in JSON; `path` is what was asked for. */
  json?: (path: string, body: Body) => unknown;
  /** Of a published file of the log. */
  tile?: (path: string, bytes: Uint8Array) => Uint8Array;
  /** Of a file within the zip of an export. */
  part?: (format: ExportFormat, name: string, bytes: Uint8Array) => Uint8Array | undefined;
  /** Milliseconds that each look at the clock takes. */
  slow?: number;
}

/** The agent for customer records worked for this tenant, in memory: its API, its log and its exports. */
export class ReviewedTenant {
  readonly #world: ExportWorld;
  readonly #admin = new AdminWorld();

  private constructor(world: ExportWorld) {
    this.#world = world;
  }

  static async open(): Promise<ReviewedTenant> {
    const world = await ExportWorld.open(0);
    const clock = new WorkClock();
    const { trail, transport } = memoryTrail({ happensAt: () => clock.now() });
    await customerRecordRuns(trail, clock);
    await trail.close();
    Object.assign(world.intake.intake, { personalData: DEFAULT_PERSONAL_DATA });
    const events = transport.events();
    for (let first = 0; first < events.length; first += 60)
      await world.intake.accept(await world.intake.message(events.slice(first, first + 60)));
    return new ReviewedTenant(world);
  }

  /** The questions, of this tenant, with what stands between it and the reader. */
  async review(
    directory: string,
    meddling: Meddling = {},
    {
      wanted = {},
      questions = QUESTIONS,
    }: { wanted?: Partial<Wanted>; questions?: readonly Question[] } = {},
  ): Promise<Simulation> {
    const inquiry = inquiryOf({ ...DEFAULTS, agent: 'refund-agent', ...wanted });
    const session = new Session(await this.api(meddling), directory);
    return await simulate(session, inquiry, () => undefined, questions);
  }

  /** Its API, with what stands between it and the reader. */
  async api({ json, tile, part, slow = 0 }: Meddling): Promise<TenantApi> {
    const { intake, exporter } = this.#world;
    const { terms, tenantId } = this.#admin;
    const token = await this.#admin.token(SCOPES);
    const read = clientOf(
      readRoutes({
        tenantId,
        reader: async () => exporter.reader,
        quarantine: { newest: async () => [], refused: async () => undefined },
        outbox: this.#admin.outbox,
        retainDays: async () => 30,
        console: { find: () => undefined },
      }),
      { ...terms, origin: exporter.origin },
    );
    let now = intake.now;
    return {
      tenantId: 'acme',
      consoleUrl: 'https://api.example/console/',
      token,
      verifierKey: intake.cloud.head?.verifierKey ?? '',
      now: () => (now += slow),
      send: async ({ method, path, query = {} }) => {
        const call = path === '/v1/audit/retention-policy' ? this.#admin.call : read;
        const { status, text } = await call(method, path, { token, query: { ...query } });
        const body = json && status === 200 ? JSON.stringify(json(path, JSON.parse(text))) : text;
        return { status, headers: {}, text: body };
      },
      log: {
        read: async (path) => {
          const { status, bytes } = await read('GET', `/v1/audit/log/${path}`, { token });
          if (status !== 200) return undefined;
          return tile ? tile(path, new Uint8Array(bytes)) : new Uint8Array(bytes);
        },
      },
      exports: this.#exports(part),
    };
  }

  #exports(part: Meddling['part']): TenantApi['exports'] {
    const world = this.#world;
    return {
      create: async (format: ExportFormat, filter: EventFilter) => shown(await world.ask(format, filter)),
      finished: async (exportId) => {
        const job = await world.jobs.get(exportId);
        if (job) await world.run(job);
        const done = await world.jobs.get(exportId);
        if (done?.status !== 'done') throw new Error('the export did not end');
        return shown(done);
      },
      download: async (exportId, directory, name) => {
        const { format } = (await world.jobs.get(exportId)) ?? { format: 'ndjson' };
        const names = world.files.packed.get(exportId) ?? [];
        const parts = names.flatMap((file) => {
          const bytes = world.files.files.get(`${exportId}/${file}`) ?? new Uint8Array();
          const kept = part ? part(format, file, bytes) : bytes;
          return kept ? [{ name: file, bytes: kept }] : [];
        });
        await writeFile(join(directory, name), madeZip(parts));
        return join(directory, name);
      },
    };
  }
}

function shown(job: Awaited<ReturnType<ExportWorld['ask']>>) {
  const { exportId, format, status, records } = job;
  return { export_id: exportId, format, status, progress: { records, percent: 100 } };
}
