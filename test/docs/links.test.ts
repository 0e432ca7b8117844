import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from '@jest/globals';
import { slugOf } from '../../docs/site/markdown.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');
const PAGES = ['*.md', 'docs/**/*.md', 'examples/**/*.md', '.github/**/*.md']
  .flatMap((pattern) => globSync(pattern, { cwd: PROJECT }))
  .filter((page) => !page.includes('node_modules'));

test.each(PAGES)('%s links to files and headings that are there', (page) => {
  const broken: string[] = [];
  for (const [, target = ''] of withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^(https?|mailto):/.test(target)) continue;
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page : relative(PROJECT, join(PROJECT, dirname(page), file));
    if (!existsSync(join(PROJECT, path))) broken.push(`${target}: no ${path}`);
    else if (anchor !== undefined && !anchorsOf(path).includes(anchor))
      broken.push(`${target}: no such heading`);
  }
  expect(broken).toEqual([]);
});

test('there are pages to look at, and a broken link of each kind shows', () => {
  expect(PAGES.length).toBeGreaterThan(60);
  expect(anchorsOf('docs/runbook.md')).toContain('integrity-alert');
  expect(anchorsOf('docs/runbook.md')).not.toContain('no-such-heading');
  expect(withoutCode('a `[b](c)`\n```\n[d](e)\n```\n[f](g)')).not.toMatch(/\(c\)|\(e\)/);
});

/** As GitHub makes them of headings; a folder has none. */
function anchorsOf(path: string): string[] {
  if (statSync(join(PROJECT, path)).isDirectory()) return [];
  const times = new Map<string, number>();
  return [...withoutFences(read(path)).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => {
    const slug = slugOf(title.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', ''));
    const before = times.get(slug) ?? 0;
    times.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}

function withoutFences(text: string): string {
  return text.replaceAll(/^(```+)[\s\S]*?^\1$/gm, '');
}

function withoutCode(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]*`/g, '');
}
