import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { toDigestText } from '../../../../core/encoding.ts';
import { readChunks } from '../../../verifier/files.ts';
import { parsedLines } from '../../../verifier/lines.ts';
import { withUnzipped } from '../../../verifier/zip.ts';
import { AnswerBook, type Answered } from './answered.ts';
import { fetchWhole } from './fetch-export.ts';
import type { Session } from './session.ts';
import type { WholeLog } from './whole-log.ts';

/** An object as Splunk's HTTP Event Collector takes it. */
const hecSchema = z.strictObject({
  time: z.number(),
  host: z.string(),
  source: z.string(),
  sourcetype: z.string(),
  event: z.record(z.string(), z.unknown()),
  fields: z.looseObject({ log_index: z.string().regex(/^\d+$/), leaf_hash: z.string() }),
});

const EVENTS = /^events-\d+\.ndjson$/;

/** The whole history as Splunk imports it: each line is one of its objects, and each record of the log has a line. */
export async function splunkExport(session: Session, log: () => Promise<WholeLog>): Promise<Answered> {
  const book = new AnswerBook();
  const { path, name, bytes, records } = await fetchWhole(session, book, {
    format: 'splunk-hec',
    name: '3-splunk.zip',
  });
  const lines = await linesOf(path, book);
  if (lines.size !== records) book.fault(`The export says ${records} records and has ${lines.size} lines.`);
  if (records === 0) book.fault('The export is empty.');
  compare(lines, await log(), book);
  book.headline = `${lines.size} events for Splunk's HTTP Event Collector, ${bytes} bytes zipped`;
  book.say(
    `${book.headline}: the whole log, the product's own records included. Each event is OCSF 1.9.0, with its place in the ` +
      'log and its leaf hash as indexed fields.',
    'To import it, for each part of the zip:',
    [
      '```sh',
      `unzip ${name} 'events-*.ndjson'`,
      'curl https://SPLUNK:8088/services/collector/event -H "Authorization: Splunk TOKEN" --data-binary @events-000001.ndjson',
      '```',
    ].join('\n'),
    'No Splunk took part in this run: that each line has the form that its collector documents was checked here.',
  );
  return book;
}

/** The leaf hash that each line names, by log index. */
async function linesOf(path: string, book: AnswerBook): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  await withUnzipped(path, async (directory) => {
    const parts = (await readdir(directory)).filter((part) => EVENTS.test(part)).sort();
    for (const part of parts) {
      for await (const source of parsedLines(readChunks(join(directory, part)))) {
        const parsed = hecSchema.safeParse('value' in source ? source.value : undefined);
        if (!parsed.success) {
          book.fault(`${part}, line ${source.line} is no object of the HTTP Event Collector.`);
          return;
        }
        const { log_index, leaf_hash } = parsed.data.fields;
        if (found.has(Number(log_index))) book.fault(`Record ${log_index} is in the export twice.`);
        found.set(Number(log_index), leaf_hash);
      }
    }
  });
  return found;
}

function compare(lines: ReadonlyMap<number, string>, { verdict, leaves }: WholeLog, book: AnswerBook): void {
  if (!verdict?.verified) return; // the first question has said so
  const missing = leaves.filter(({ index }) => !lines.has(index));
  const other = leaves.filter(({ index, hash }) => {
    const named = lines.get(index);
    return named !== undefined && named !== toDigestText(hash);
  });
  if (missing[0])
    book.fault(
      `The export leaves out ${missing.length} records of the log, the first at ${missing[0].index}.`,
    );
  book.check(
    other.length === 0,
    other[0]
      ? `the export names another leaf hash than the log at record ${other[0].index}`
      : `each of the ${leaves.length} records that the signed log held is in it, under the leaf hash that the log has there`,
  );
}
