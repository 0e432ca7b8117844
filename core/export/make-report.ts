import { concatBytes, utf8 } from '../encoding.ts';
import { english as narrative } from '../narrative/messages/en.ts';
import { readKeyChain } from '../query/key-chain.ts';
import { countRefused } from '../query/refused.ts';
import { distinctLines, type Evidence, gatherEvidence, LIMITS } from '../report/evidence.ts';
import { english } from '../report/messages.ts';
import { reportBlocks } from '../report/report.ts';
import { judgeExport } from './completeness.ts';
import type { ExportJob, ExportTree } from './export-job.ts';
import type { Exporter } from './exporter.ts';
import type { FilesProgress } from './parts.ts';
import { lineOf } from './projections.ts';
import type { ReportFile } from './report-layout.ts';
import { Tally } from './tally.ts';

/**
 * The report on the records that `progress` counts, with those of its tasks as evidence. Undefined where `goOn`, which is
 * asked between the tasks, says that there is no time left.
 */
export async function makeReport(
  job: ExportJob,
  tree: ExportTree,
  { records, parts, tally: state }: FilesProgress,
  { reader, tenantId, origin, writerVersion, layout, reportLimits: limits = LIMITS }: Exporter,
  goOn: () => Promise<boolean>,
): Promise<Uint8Array | undefined> {
  const tally = new Tally(state);
  const evidence = await gatherEvidence(reader, tally.tasks, job, tree, limits, goOn);
  if (!evidence) return undefined;
  const refused = await countRefused(reader, job.filter, tree.size);
  const producedAt = reader.clock.now();
  const audience = { messages: narrative, reader: { timeZone: 'UTC' }, personal: job.personal };
  const files = await filesOf(evidence, tree, reader);
  return await layout({
    title: `Audit report of ${tenantId}, export ${job.exportId}`,
    author: `agent-audit-trail ${writerVersion}`,
    footer: `Audit report · ${tenantId} · export ${job.exportId}`,
    producedAt,
    blocks: reportBlocks({
      ...{ messages: english, audience, job, tree, tenantId, origin, writerVersion, producedAt },
      ...{ records, tally, refused, evidence, limits, parts },
      completeness: judgeExport(tally, job.filter, refused),
    }),
    files,
  });
}

/** What makes a bundle of the attachments, once they lie in a folder. */
async function filesOf(
  evidence: Evidence,
  tree: ExportTree,
  reader: Exporter['reader'],
): Promise<ReportFile[]> {
  const distinct = [...distinctLines(evidence)];
  const opened = distinct.flatMap(({ index, disclosures }) =>
    disclosures ? [lineOf({ log_index: index, disclosures })] : [],
  );
  const files: [name: string, type: string, description: string, bytes: Uint8Array][] = [
    [
      'events.ndjson',
      'application/x-ndjson',
      'The records that the report tells, each with its inclusion proof',
      concatBytes(...distinct.map(({ line }) => line)),
    ],
    [
      'disclosures.ndjson',
      'application/x-ndjson',
      'The personal values to which the records commit',
      concatBytes(...opened),
    ],
    ['checkpoint', 'text/plain', 'The signed head of the log', utf8(tree.checkpoint)],
    [
      'verifier-key',
      'text/plain',
      'The first key of the log; compare it with one from elsewhere',
      utf8(`${tree.verifierKey}\n`),
    ],
    [
      'keys.json',
      'application/json',
      'The keys since, each shown to follow from the one before',
      utf8(`${JSON.stringify(await readKeyChain(reader))}\n`),
    ],
  ];
  return files
    .filter(([, , , bytes]) => bytes.length > 0)
    .map(([name, type, description, bytes]) => ({ name, type, description, bytes }));
}
