import { sha256 } from '#crypto';
import { toDigestText, utf8 } from '../encoding.ts';
import { SCHEMA_VERSION } from '../event/envelope.ts';
import { formatTimestamp } from '../event/time.ts';
import { readKeyChain } from '../query/key-chain.ts';
import { findRecord } from '../query/receipt.ts';
import { countRefused } from '../query/refused.ts';
import type { Manifest } from '../receipt/manifest.ts';
import { judgeExport } from './completeness.ts';
import { exportCreated } from './created-event.ts';
import type { ExportJob, ExportTree } from './export-job.ts';
import type { Exporter } from './exporter.ts';
import { type FilesProgress, writePart } from './parts.ts';
import { readmeOf } from './readme.ts';
import { Tally } from './tally.ts';
import { minimumIndex } from './write-tiles.ts';

const WAIT_MS = 500;
const EMITTER_ID = 'export-records';

/**
 * Ends the files of an export: manifest, the record that vouches for it, the zip. Undefined where the record is not in
 * the log before the deadline; doing it again changes nothing, since everything follows from the job and its tree.
 */
export async function sealExport(
  job: ExportJob,
  tree: ExportTree,
  progress: FilesProgress,
  deadline: number,
  exporter: Exporter,
): Promise<{ manifestDigest: string; bytes: number } | undefined> {
  const { files, outbox, reader } = exporter;
  const { exportId } = job;
  const parts = [
    ...progress.parts,
    await writePart(files, exportId, 'README.txt', utf8(readmeOf(job, tree, exporter))),
    await writePart(files, exportId, 'checkpoint', utf8(tree.checkpoint)),
    await writePart(files, exportId, 'verifier-key', utf8(`${tree.verifierKey}\n`)),
    await writePart(files, exportId, 'keys.json', utf8(`${JSON.stringify(await readKeyChain(reader))}\n`)),
  ];
  // Where records were purged, a folder of tiles says from which index on it is whole.
  const minimum = job.format === 'tlog-tiles' ? await minimumIndex(reader) : 0;
  if (minimum > 0) parts.push(await writePart(files, exportId, 'minimum-index', utf8(`${minimum}\n`)));
  const refused = await countRefused(reader, job.filter, tree.size);
  const completeness = judgeExport(new Tally(progress.tally), job.filter, refused);
  const content = { ...manifestOf(job, tree, { ...progress, parts }, exporter), completeness };
  const manifest = utf8(`${JSON.stringify(content, null, 2)}\n`);
  await files.write(exportId, 'manifest.json', manifest);

  const manifestDigest = toDigestText(sha256(manifest));
  const event = exportCreated(job, tree, progress.records, manifestDigest, exporter.writerVersion);
  await outbox.send([
    JSON.stringify({ source: 'internal', emitter: { id: EMITTER_ID }, events: [event], refused: [] }),
  ]);
  let found = await findRecord(reader, event.event_id);
  while (!found) {
    if (reader.clock.now() >= deadline) return undefined;
    await reader.clock.sleep(WAIT_MS);
    found = await findRecord(reader, event.event_id);
  }
  const { record, receipt } = found;
  await files.write(exportId, 'receipt.json', utf8(`${JSON.stringify({ record, receipt }, null, 2)}\n`));
  const names = [...parts.map(({ name }) => name), 'manifest.json', 'receipt.json'];
  return { manifestDigest, bytes: await files.pack(exportId, names) };
}

/** The manifest: what a verifier compares, and what the exporter says of it (docs/formats/export.md). */
function manifestOf(
  job: ExportJob,
  tree: ExportTree,
  { records, first, last, parts }: FilesProgress,
  { tenantId, origin }: Exporter,
): Manifest {
  return {
    bundle_version: '1.0.0',
    export_id: job.exportId,
    format: job.format,
    tenant_id: tenantId,
    schema_version: SCHEMA_VERSION,
    filter: job.filter,
    requested_by: job.createdBy,
    requested_at: formatTimestamp(job.createdAt),
    personal_fields: job.personal ? 'disclosed' : 'committed',
    origin,
    verifier_key: tree.verifierKey,
    tree_size: tree.size,
    count: records,
    first_index: first,
    last_index: last,
    missing: first === null || last === null ? 0 : last - first + 1 - records,
    parts,
  };
}
