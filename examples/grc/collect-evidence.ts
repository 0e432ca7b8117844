import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ExportClient } from '../../clients/operator/tenant/export-client.ts';
import { judge } from '../../clients/verifier/judge.ts';
import { withUnzipped } from '../../clients/verifier/zip.ts';

/** What is brought, and where to. */
export interface Collection {
  readonly exports: Pick<ExportClient, 'create' | 'finished' | 'download'>;
  /** The log's verifier key, had by another way than from the API. */
  readonly key: string;
  /** The time of the evidence: inclusive, exclusive. */
  readonly from: string;
  readonly to: string;
  /** A folder that `npm run procurement -- pack` wrote; without one, the period alone is brought. */
  readonly package?: string;
  /** Where the platform takes a file: here as Vanta does, `POST …/documents/{id}/uploads`. */
  readonly upload: { readonly url: string; readonly token: string };
  readonly say: (line: string) => void;
}

interface Evidence {
  readonly file: string;
  readonly description: string;
  readonly bytes: Uint8Array;
}

const TRIES = 4;
const ASK_MS = 60_000;
const LONGEST_WAIT = 60; // seconds

/**
 * Exports the period as a report with its records, verifies all of it, and gives report and package to the platform. What does not
 * verify is not brought: it throws, and nothing was sent.
 */
export async function collect(collection: Collection): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), 'evidence-'));
  try {
    const evidence = [await reportOf(collection, scratch), ...(await packageOf(collection))];
    for (const one of evidence) {
      await send(one, collection);
      collection.say(`${one.file}: ${one.description}`);
    }
    return evidence.length;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

async function reportOf({ exports, key, from, to }: Collection, scratch: string): Promise<Evidence> {
  const { export_id: id } = await exports.create('pdf', { from, to });
  const job = await exports.finished(id, () => undefined, Date.now);
  const zip = await exports.download(id, scratch, 'export.zip');
  const result = await judge(zip, { key, progress: () => undefined });
  if (result.outcome === 'unreadable') throw new Error(`The export cannot be read: ${result.problem}`);
  const { verdict } = result;
  if (!verdict.verified) throw new Error(`The export does not verify: ${verdict.failure.meaning}`);
  const { count, origin, tree_size: size } = verdict.shown;
  const bytes = await withUnzipped(zip, async (folder) => await readFile(join(folder, 'report.pdf')));
  const manifest = job.manifest_sha256 === undefined ? '' : `, manifest ${job.manifest_sha256}`;
  return {
    file: `agent-audit-report-${from.slice(0, 10)}-to-${to.slice(0, 10)}.pdf`,
    description: `${count} records from ${from} to ${to}, verified against ${origin} at ${size} records; export ${id}${manifest}`,
    bytes,
  };
}

async function packageOf({ package: folder }: Collection): Promise<Evidence[]> {
  if (folder === undefined) return [];
  const { made_at, statements } = JSON.parse(await readFile(join(folder, 'evidence.json'), 'utf8'));
  const open = statements.filter(({ evidenced }: { evidenced: boolean }) => !evidenced).length;
  return [
    {
      file: 'agent-audit-package.pdf',
      description: `${statements.length} statements of ${made_at}, ${open} of them not evidenced`,
      bytes: await readFile(join(folder, 'package.pdf')),
    },
  ];
}

async function send({ file, description, bytes }: Evidence, { upload }: Collection): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const body = new FormData();
    body.append('file', new Blob([Uint8Array.from(bytes)], { type: 'application/pdf' }), file);
    body.append('description', description);
    const answer = await fetch(upload.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${upload.token}` },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(ASK_MS),
    });
    await answer.body?.cancel();
    if (answer.ok) return;
    const passing = answer.status === 429 || answer.status >= 500;
    if (!passing || attempt === TRIES) throw new Error(`The platform answered ${answer.status} to ${file}.`);
    const asked = Number(answer.headers.get('retry-after') ?? Number.NaN); // or a date, which is not waited for
    await delay(1_000 * (asked >= 0 ? Math.min(LONGEST_WAIT, asked) : 2 ** attempt));
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      api: { type: 'string' },
      key: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      package: { type: 'string' },
      upload: { type: 'string' },
    },
  });
  const { api, key, from, to, upload, package: folder } = values;
  const { AUDIT_TOKEN: token, GRC_TOKEN: grcToken } = process.env;
  if (!api || !key || !from || !to || !upload || !token || !grcToken) {
    console.error(
      'usage: AUDIT_TOKEN=… GRC_TOKEN=… npx node examples/grc/collect-evidence.ts --api URL --key VKEY --from TIME --to TIME --upload URL [--package DIR]',
    );
    process.exit(2);
  }
  try {
    await collect({
      exports: new ExportClient({ apiUrl: api, token }),
      ...{ key, from, to },
      ...(folder !== undefined && { package: folder }),
      upload: { url: upload, token: grcToken },
      say: (line) => console.log(line),
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
