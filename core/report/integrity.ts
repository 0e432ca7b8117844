import { sha256 } from '#crypto';
import { toDigestText, utf8 } from '../encoding.ts';
import { plain, say, value } from '../narrative/phrase.ts';
import type { Block } from './block.ts';
import type { ReportTerms } from './terms.ts';

const MOST_FILES = 20;

/** How a reader who trusts nobody checks what the report tells, and what it showed when it was made. */
export function* integrityBlocks({ messages, evidence, tree, origin, parts }: ReportTerms): Iterable<Block> {
  const { integrity: label } = messages;
  const { count } = evidence.shown;
  yield { kind: 'heading', level: 1, text: label.heading, bookmark: plain(label.heading) };
  yield {
    kind: 'paragraph',
    text: count === 0 ? label.nothing : label.verified(count, tree.size),
    tone: 'good',
  };
  yield { kind: 'paragraph', text: label.word };
  yield { kind: 'verbatim', text: label.commands(origin) };
  yield { kind: 'paragraph', text: label.shows };
  yield { kind: 'facts', facts: [{ label: label.key, value: value(tree.verifierKey) }] };
  yield { kind: 'heading', level: 2, text: label.checkpoint };
  yield { kind: 'paragraph', text: label.checkpointText };
  yield { kind: 'verbatim', text: tree.checkpoint };
  yield { kind: 'heading', level: 2, text: label.files };
  if (parts.length === 0) {
    yield { kind: 'paragraph', text: messages.overview.none, tone: 'quiet' };
    return;
  }
  yield { kind: 'paragraph', text: label.filesText };
  yield {
    kind: 'table',
    head: label.file,
    rows: parts
      .slice(0, MOST_FILES)
      .map(({ name, bytes, sha256: digest }) => [value(name), say`${bytes}`, value(digest)]),
    numbers: false,
  };
  if (parts.length <= MOST_FILES) return;
  const list = parts.map(({ name, sha256: digest }) => `${name} ${digest}\n`).join('');
  const digest = value(toDigestText(sha256(utf8(list))));
  yield { kind: 'paragraph', text: label.moreFiles(parts.length - MOST_FILES, digest) };
}
