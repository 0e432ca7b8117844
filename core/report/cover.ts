import { formatTimestamp } from '../event/time.ts';
import type { Fact } from '../narrative/entry.ts';
import { join, type Phrase, say, value } from '../narrative/phrase.ts';
import { formatMoment } from '../narrative/time.ts';
import type { EventFilter } from '../query/filter.ts';
import type { Block } from './block.ts';
import type { ReportMessages } from './messages.ts';
import type { ReportTerms } from './terms.ts';

/** The first page: whose report of what this is, who asked for it, and through whose hands it went. */
export function* coverBlocks(terms: ReportTerms): Iterable<Block> {
  const { messages, tenantId, writerVersion, tree } = terms;
  const { custody } = messages;
  yield { kind: 'title', text: messages.title, subtitle: messages.subtitle(value(tenantId)) };
  yield { kind: 'facts', facts: coverFacts(terms) };
  yield { kind: 'heading', level: 2, text: custody.heading };
  yield { kind: 'paragraph', text: custody.made(value(writerVersion), tree.size) };
  yield { kind: 'paragraph', text: custody.handed };
  const { by, to, date, signature } = custody;
  for (let line = 0; line < 2; line++) yield { kind: 'blanks', labels: [by, to, date, signature] };
}

function coverFacts(terms: ReportTerms): Fact[] {
  const { messages, job, tally, tenantId, origin, producedAt, records } = terms;
  const { cover: label, actor } = messages;
  const { first, last } = tally;
  const facts: [label: string, text: Phrase | undefined][] = [
    [label.tenant, value(tenantId)],
    [label.log, value(origin)],
    [label.range, rangeOf(job.filter, messages)],
    [label.filter, filterOf(job.filter) ?? [label.noFilter]],
    [label.records, say`${records}`],
    [label.seen, first === null || last === null ? undefined : say`${moment(first)} – ${moment(last)}`],
    [label.personal, [job.personal ? label.disclosed : label.committed]],
    [label.requestedBy, actor[job.createdBy.type](value(job.createdBy.id))],
    [label.requestedAt, moment(formatTimestamp(job.createdAt))],
    [label.producedAt, moment(formatTimestamp(producedAt))],
    [label.exportId, value(job.exportId)],
  ];
  return facts.flatMap(([name, text]) => (text ? [{ label: name, value: text }] : []));
}

function rangeOf({ from, to }: EventFilter, { cover }: ReportMessages): Phrase {
  if (from !== undefined && to !== undefined) return cover.between(moment(from), moment(to));
  if (from !== undefined) return cover.since(moment(from));
  return to === undefined ? [cover.allTime] : cover.until(moment(to));
}

/** The filter as it was asked for, by the names of the API; undefined where there is none but a time. */
function filterOf({ from: _, to: __, ...filter }: EventFilter): Phrase | undefined {
  const given = Object.entries(filter).filter(([, wanted]) => wanted !== undefined);
  if (given.length === 0) return undefined;
  return join(
    given.map(
      ([name, wanted]) => say`${name}: ${value(Array.isArray(wanted) ? wanted.join(', ') : String(wanted))}`,
    ),
    '; ',
  );
}

function moment(iso: string): Phrase {
  return [formatMoment(iso, { timeZone: 'UTC' }, 'en-GB')];
}
