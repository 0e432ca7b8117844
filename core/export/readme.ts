import { formatTimestamp } from '../event/time.ts';
import { PROVEN_FORMATS } from '../receipt/manifest.ts';
import type { ExportJob, ExportTree, RecordsFormat } from './export-job.ts';

const EVENTS: Readonly<Record<RecordsFormat, string>> = {
  ndjson: 'a record and its inclusion proof on each line, in RFC 8785 form',
  pdf: 'all records that match: a record and its inclusion proof on each line, in RFC 8785 form',
  ocsf: 'one OCSF 1.9.0 event on each line; the record and its place in the log are under "unmapped"',
  'splunk-hec': "objects of Splunk's HTTP Event Collector, one on each line; the event is OCSF 1.9.0",
  'elastic-bulk': "the body of Elastic's bulk API: an action and a document in turn",
};

const TILES = [
  'tile/entries/…        the records, in bundles of 256 (C2SP tlog-tiles)',
  'tile/<level>/…        the hashes over them',
];

const TO_VERIFY = {
  records: ['It shows that each record is in the log, and that the log vouches for this export as it is.'],
  projection: [
    'It shows that the log vouches for this export as it is. That each record is in the log, an export in the format',
    'ndjson shows.',
  ],
} as const;

/** `README.txt` of an export: what lies where, and how to verify it. */
export function readmeOf(
  { exportId, format, createdAt, personal }: ExportJob,
  { size, total }: ExportTree,
  { tenantId, origin }: { tenantId: string; origin: string },
): string {
  const disclosures =
    personal && PROVEN_FORMATS.has(format)
      ? ['disclosures-NNNNNN.ndjson  the personal values to which the records commit']
      : [];
  return [
    `Export ${exportId} of the audit trail of ${tenantId}, asked for at ${formatTimestamp(createdAt)}.`,
    `It is of the log ${origin} at ${size} records, of which ${total} match what was asked for.`,
    '',
    ...(format === 'pdf'
      ? ['report.pdf            the report, PDF/A-3a, with the records that it tells attached']
      : []),
    ...(format === 'tlog-tiles' ? TILES : [`events-NNNNNN.ndjson  ${EVENTS[format]}`]),
    ...disclosures,
    'checkpoint            the signed head of the log (C2SP tlog-checkpoint)',
    'verifier-key          the first key of the log. It comes with the data here: compare it with the one that you got',
    '                      by another way',
    'keys.json             the keys since, each with the record that shows it to follow from the one before',
    'manifest.json         what this export holds: filter, counts, and the SHA-256 of every file',
    'receipt.json          the record in the log that names the SHA-256 of manifest.json, with its proof',
    '',
    'To verify, in a checkout of agent-audit-trail:  npm run verify -- FOLDER_OR_ZIP --key KEY',
    ...TO_VERIFY[PROVEN_FORMATS.has(format) || format === 'tlog-tiles' ? 'records' : 'projection'],
    'The formats are public; docs/formats/ of the project says what to check and how.',
    '',
  ].join('\n');
}
