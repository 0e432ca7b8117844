import { plain } from '../narrative/phrase.ts';
import type { Block } from './block.ts';
import { coverBlocks } from './cover.ts';
import { integrityBlocks } from './integrity.ts';
import { overviewBlocks } from './overview.ts';
import { taskBlocks } from './tasks.ts';
import type { ReportTerms } from './terms.ts';

/** The report, from the cover to the signature. */
export function* reportBlocks(terms: ReportTerms): Iterable<Block> {
  yield* coverBlocks(terms);
  yield* overviewBlocks(terms);
  yield* integrityBlocks(terms);
  yield* taskBlocks(terms);
  const { signature: label } = terms.messages;
  yield { kind: 'heading', level: 1, text: label.heading, bookmark: plain(label.heading) };
  yield { kind: 'paragraph', text: label.text };
  yield { kind: 'list', items: label.checks };
  for (const heading of [label.reviewed, label.approved]) {
    yield { kind: 'heading', level: 3, text: heading };
    yield { kind: 'blanks', labels: label.labels };
  }
  yield { kind: 'paragraph', text: label.end, tone: 'quiet' };
}
