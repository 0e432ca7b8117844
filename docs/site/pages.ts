import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { type Rendered, renderPage } from './markdown.ts';

/** One page of the site. */
export interface Page extends Rendered {
  /** Path in the repository, `docs/api.md`. */
  source: string;
  /** Path on the site, `docs/api.html`. */
  path: string;
}

/** In which order folders and pages stand in the list; what is not named comes after, by title. */
const GROUPS: readonly { title: string; of: RegExp; first: readonly string[] }[] = [
  {
    title: 'Begin',
    of: /^[A-Z]+\.md$/,
    first: ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'],
  },
  {
    title: 'How it works',
    of: /^docs\/(architecture|threat-model|identity|retention|witness|scale|benchmarks|comparison|tamper-drill)\.md$/,
    first: ['docs/architecture.md', 'docs/threat-model.md', 'docs/identity.md', 'docs/retention.md'],
  },
  {
    title: 'Integrate',
    of: /^docs\/(api|sdk|local-cloud|integrate\/.*)\.md$/,
    first: ['docs/api.md', 'docs/sdk.md'],
  },
  {
    title: 'Review and verify',
    of: /^docs\/(compliance-review|verify-with-other-tools|procurement\/.*)\.md$/,
    first: ['docs/procurement/questions.md', 'docs/procurement/README.md', 'docs/compliance-review.md'],
  },
  {
    title: 'Operate',
    of: /^docs\/(operating|runbook|operations\/.*)\.md$/,
    first: ['docs/operating.md', 'docs/runbook.md'],
  },
  {
    title: 'Formats',
    of: /^docs\/formats\/.*\.md$/,
    first: ['docs/formats/event.md', 'docs/formats/record.md'],
  },
  { title: 'Decisions', of: /^docs\/adr\/.*\.md$/, first: [] },
  { title: 'More', of: /./, first: [] },
];

const SOURCES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', 'docs/**/*.md'];

/** Every page of the repository's documentation, rendered. */
export function readPages(root: string): Page[] {
  const sources = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
  const known = new Set(sources);
  return sources.map((source) => ({
    source,
    path: pathOf(source),
    ...renderPage(readFileSync(join(root, source), 'utf8'), (href) => resolve(root, known, source, href)),
  }));
}

/** Where a page stands on the site; the README is its front page. */
function pathOf(source: string): string {
  return source === 'README.md' ? 'index.html' : source.replace(/\.md$/, '.html');
}

function resolve(root: string, known: ReadonlySet<string>, source: string, href: string): string | undefined {
  const [file = '', anchor] = href.split('#');
  const end = anchor === undefined ? '' : `#${anchor}`;
  if (file === '') return end;
  const named = relative(root, join(root, dirname(source), file));
  const index = join(named, 'README.md');
  const target = known.has(named) ? named : known.has(index) ? index : undefined;
  const from = posix.dirname(pathOf(source));
  if (target !== undefined) return posix.relative(from, pathOf(target)) + end;
  // Pictures and other files of the documentation go along; the rest of the repository does not.
  return named.startsWith('docs/') && /\.\w+$/.test(named) && existsSync(join(root, named))
    ? posix.relative(from, named)
    : undefined;
}

/** The list of all pages, by group. */
export function grouped(pages: readonly Page[]): { title: string; pages: Page[] }[] {
  const left = new Set(pages);
  return GROUPS.flatMap(({ title, of, first }) => {
    const rank = (page: Page) => (first.includes(nameOf(page)) ? first.indexOf(nameOf(page)) : first.length);
    const own = [...left]
      .filter((page) => of.test(nameOf(page)))
      .sort((a, b) => rank(a) - rank(b) || a.title.localeCompare(b.title));
    for (const page of own) left.delete(page);
    return own.length === 0 ? [] : [{ title, pages: own }];
  });
}

/** By its place on the site, since not every page is a file. */
function nameOf({ path }: Page): string {
  return path === 'index.html' ? 'README.md' : path.replace(/\.html$/, '.md');
}
