import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { EXPORT_FORMATS, EXPORT_STATUSES, type ExportFormat } from '../../../core/export/export-job.ts';
import type { EventFilter } from '../../../core/query/filter.ts';

const PATH = '/v1/audit/exports';
const POLL_MS = 500;
const STUCK_MS = 20 * 60_000; // longer than the worker's own time, after which another goes on
const ASK_MS = 60_000;
const FETCH_MS = 60 * 60_000;
const TRIES = 5;

const jobSchema = z.object({
  export_id: z.uuid(),
  format: z.enum(EXPORT_FORMATS),
  status: z.enum(EXPORT_STATUSES),
  progress: z.object({ records: z.int(), total: z.int().optional(), percent: z.int() }),
  failure: z.object({ code: z.string(), detail: z.string() }).optional(),
  bytes: z.int().optional(),
  manifest_sha256: z.string().optional(),
});
/** An export as the API shows it. */
export type ShownExport = z.infer<typeof jobSchema>;

const problemSchema = z.object({ code: z.string(), detail: z.string() });

/** The exports of a tenant's API, asked for with a bearer token. */
export class ExportClient {
  readonly #apiUrl: string;
  readonly #token: string;

  constructor({ apiUrl, token }: { apiUrl: string; token: string }) {
    this.#apiUrl = apiUrl;
    this.#token = token;
  }

  async create(format: ExportFormat, filter: EventFilter): Promise<ShownExport> {
    return await this.#job('POST', PATH, { format, filter });
  }

  /**
   * Asks until the export has ended, and tells `progress` whenever it got further. Throws `unavailable` where it failed,
   * or gets no further for twenty minutes; `now` is in milliseconds.
   */
  async finished(
    exportId: string,
    progress: (job: ShownExport) => void,
    now: () => number,
  ): Promise<ShownExport> {
    let told = '';
    let moved = now();
    for (;;) {
      const job = await this.#job('GET', `${PATH}/${exportId}`);
      const { status, failure } = job;
      if (status === 'done') return job;
      if (status === 'failed') throw new AuditError('unavailable', failure?.detail ?? 'The export failed.');
      if (status === 'cancelled') throw new AuditError('conflict', 'The export was cancelled.');
      const standing = `${status} ${job.progress.records}`;
      if (standing !== told) {
        told = standing;
        moved = now();
        progress(job);
      } else if (now() - moved > STUCK_MS) {
        throw new AuditError('unavailable', `It gets no further: ${status}, ${job.progress.percent} %.`);
      }
      await delay(POLL_MS);
    }
  }

  /** Writes the zip into `directory`, whole or not at all; returns its path. */
  async download(exportId: string, directory: string, name: string): Promise<string> {
    const answer = await this.#ask('GET', `${PATH}/${exportId}/download`);
    const location = answer.headers.get('location');
    if (answer.status !== 303 || location === null) throw await refused(answer);
    // The address is a secret of some minutes, for whoever has it: the token stays with the API.
    const file = await fetch(location, { signal: AbortSignal.timeout(FETCH_MS) });
    if (!file.ok || !file.body)
      throw new AuditError('unavailable', `The address of the download answered ${file.status}.`);
    await mkdir(directory, { recursive: true });
    const path = join(directory, name);
    const part = `${path}.part`;
    try {
      await pipeline(Readable.fromWeb(file.body), createWriteStream(part, { mode: 0o600 }));
      await rename(part, path);
    } catch (cause) {
      await rm(part, { force: true });
      throw new AuditError('unavailable', `The download into ${path} broke off.`, { cause });
    }
    return path;
  }

  async #job(method: string, path: string, body?: unknown): Promise<ShownExport> {
    const answer = await this.#ask(method, path, body);
    if (!answer.ok) throw await refused(answer);
    const parsed = jobSchema.safeParse(await answer.json());
    if (!parsed.success)
      throw new AuditError('malformed', `${method} ${path}: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#try(method, path, body);
      const passing =
        !(answer instanceof Response) ||
        answer.status === 429 ||
        answer.status === 503 ||
        answer.status === 504;
      // What was asked for twice would be made twice.
      const last = attempt === TRIES || method === 'POST';
      if (answer instanceof Response && (!passing || last)) return answer;
      if (last)
        throw new AuditError('unavailable', `The API does not answer for ${path}.`, { cause: answer });
      await delay(200 * 2 ** attempt);
    }
  }

  /** The answer, or why there was none. */
  async #try(method: string, path: string, body: unknown): Promise<unknown> {
    const headers = { authorization: `Bearer ${this.#token}`, accept: 'application/json' };
    try {
      return await fetch(`${this.#apiUrl}${path}`, {
        method,
        headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
        redirect: 'manual',
        signal: AbortSignal.timeout(ASK_MS),
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      return error;
    }
  }
}

async function refused(answer: Response): Promise<AuditError> {
  const problem = problemSchema.safeParse(await answer.json().catch(() => undefined));
  const detail = problem.success ? `(${problem.data.code}) ${problem.data.detail}` : '';
  return new AuditError(
    answer.status < 500 && answer.status !== 429 ? 'invalid_request' : 'unavailable',
    `The API answered ${answer.status} ${detail}`.trimEnd(),
  );
}
