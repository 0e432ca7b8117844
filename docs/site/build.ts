import { copyFileSync, globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { documentOf } from './layout.ts';
import { renderPage } from './markdown.ts';
import { grouped, type Page, readPages } from './pages.ts';
import { questionsPage } from './questions.ts';
import type { Section } from './section.ts';

const QUESTIONS = 'docs/procurement/questions.html';
/** What goes along as it is: pictures, schemas, examples and policies that pages link to. */
const FILES = 'docs/**/*.{png,svg,webp,json,yml}';

/** Writes the site into `out`, which is emptied first. Returns the paths of its pages. */
export function buildSite(root: string, out: string): string[] {
  const pages = readPages(root);
  pages.push(questions(root, pages));
  const groups = grouped(pages);
  rmSync(out, { recursive: true, force: true });
  const write = (path: string, text: string | Uint8Array) => {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), text);
  };
  for (const page of pages) write(page.path, documentOf(page, groups));
  for (const file of globSync(FILES, { cwd: root })) {
    mkdirSync(dirname(join(out, file)), { recursive: true });
    copyFileSync(join(root, file), join(out, file));
  }
  // A script and not JSON: a page on a disk may load the one and not fetch the other.
  write('search-index.js', `var SECTIONS = ${JSON.stringify(sectionsOf(pages))};\n`);
  for (const { path, contents } of bundle(root, out)) write(path.slice(out.length + 1), contents);
  return pages.map(({ path }) => path);
}

/** Made of the prepared answers; its links are those of a page in docs/procurement. */
function questions(root: string, pages: readonly Page[]): Page {
  const known = new Map(pages.map(({ source, path }) => [source, path]));
  const rendered = renderPage(questionsPage(root), (href) => {
    const source = join('docs/procurement/questions', href);
    const path = known.get(source) ?? known.get(join('docs/procurement', href));
    return path === undefined ? undefined : `../../${path}`;
  });
  return { source: 'clients/operator/procurement/answers/answers.json', path: QUESTIONS, ...rendered };
}

function sectionsOf(pages: readonly Page[]): Section[] {
  return pages
    .flatMap(({ path, title, headings }) =>
      headings.map(({ id, text, body, depth }) => ({
        path: depth === 1 ? path : `${path}#${id}`,
        page: title,
        title: text,
        text: body.trim(),
      })),
    )
    .map((section, id) => ({ id, ...section }));
}

function bundle(root: string, out: string) {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: { search: 'docs/site/search/main.ts', site: 'docs/site/site.css' },
    outdir: out,
    write: false,
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
  });
  return outputFiles;
}

/** `npm run docs`: the site lies in dist/docs; dist/docs/index.html opens from the disk. */
if (import.meta.main) {
  const root = join(import.meta.dirname, '..', '..');
  const pages = buildSite(root, join(root, 'dist', 'docs'));
  console.log(
    `${pages.length} pages in dist/docs; open dist/docs/index.html, or serve the folder by any web server`,
  );
}
