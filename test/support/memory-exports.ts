import {
  type ExportDownloads,
  type ExportFiles,
  type ExportJob,
  type ExportJobs,
  hasEnded,
} from '../../core/export/export-job.ts';

/** The jobs of a tenant in memory. */
export class MemoryExportJobs implements ExportJobs {
  readonly jobs = new Map<string, ExportJob>();

  async add(job: ExportJob): Promise<void> {
    this.jobs.set(job.exportId, structuredClone(job));
  }

  async get(exportId: string): Promise<ExportJob | undefined> {
    return structuredClone(this.jobs.get(exportId));
  }

  async newest(limit: number, before?: string): Promise<ExportJob[]> {
    const all = [...this.jobs.values()].sort((a, b) => (a.exportId < b.exportId ? 1 : -1));
    return structuredClone(all.filter(({ exportId }) => !before || exportId < before).slice(0, limit));
  }

  async claim(exportId: string, now: number, leaseUntil: number): Promise<ExportJob | undefined> {
    const job = this.jobs.get(exportId);
    if (!job || hasEnded(job) || (job.leaseUntil ?? 0) > now) return undefined;
    return this.#change(job, { status: 'running', leaseUntil, attempts: job.attempts + 1 });
  }

  async progress(
    exportId: string,
    change: Parameters<ExportJobs['progress']>[1],
  ): Promise<ExportJob | undefined> {
    const job = this.jobs.get(exportId);
    return job?.status === 'running' ? this.#change(job, change) : undefined;
  }

  async end(exportId: string, ending: Parameters<ExportJobs['end']>[1]): Promise<ExportJob> {
    const job = this.jobs.get(exportId);
    if (!job) throw new Error('no such job');
    return hasEnded(job) ? structuredClone(job) : this.#change(job, ending);
  }

  async expire(exportId: string, now: number): Promise<ExportJob> {
    const job = this.jobs.get(exportId);
    if (!job) throw new Error('no such job');
    return this.#change(job, { expiresAt: now });
  }

  #change(job: ExportJob, change: Partial<ExportJob>): ExportJob {
    Object.assign(job, change);
    return structuredClone(job);
  }
}

/** Files of exports in memory; a zip is the names that it holds, in their order. */
export class MemoryExportFiles implements ExportFiles, ExportDownloads {
  readonly files = new Map<string, Uint8Array>();
  readonly packed = new Map<string, readonly string[]>();
  /** Set by a test to look on, or to make writes fail. */
  onWrite: ((name: string) => void) | undefined;

  async write(exportId: string, name: string, bytes: Uint8Array): Promise<void> {
    this.onWrite?.(name);
    this.files.set(`${exportId}/${name}`, bytes.slice());
  }

  async read(exportId: string, name: string): Promise<Uint8Array | undefined> {
    return this.files.get(`${exportId}/${name}`);
  }

  async pack(exportId: string, names: readonly string[]): Promise<number> {
    this.packed.set(exportId, names);
    return names.reduce((sum, name) => sum + (this.files.get(`${exportId}/${name}`)?.length ?? 0), 0);
  }

  async address(exportId: string, fileName: string): Promise<string> {
    return `https://files.example/${exportId}/${fileName}`;
  }

  async remove(exportId: string): Promise<void> {
    for (const name of [...this.files.keys()]) if (name.startsWith(`${exportId}/`)) this.files.delete(name);
    this.packed.delete(exportId);
  }

  /** The text of every file whose name begins with `prefix`, joined in the order of their names. */
  text(exportId: string, prefix: string): string {
    const names = [...this.files.keys()].filter((name) => name.startsWith(`${exportId}/${prefix}`)).sort();
    return names.map((name) => Buffer.from(this.files.get(name) ?? []).toString('utf8')).join('');
  }
}
