import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { buildSite } from '../../docs/site/build.ts';
import { POLICY } from '../../docs/site/layout.ts';
import { renderPage } from '../../docs/site/markdown.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const out = mkdtempSync(join(tmpdir(), 'docs-site-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));
const paths = buildSite(PROJECT, out);
const pages = new Map(paths.map((path) => [path, readFileSync(join(out, path), 'utf8')]));

describe('the site', () => {
  test('has every page of the repository, and the front page is the README', () => {
    expect(paths.length).toBeGreaterThan(60);
    expect(pages.get('index.html')).toContain('<h1 id="agent-audit-trail">');
    expect(paths).toEqual(
      expect.arrayContaining(['docs/runbook.html', 'docs/adr/traces.html', 'SECURITY.html']),
    );
  });

  test('leads nowhere that is not there: every link and picture of every page, to a file and a heading', () => {
    const broken: string[] = [];
    for (const [path, html] of pages) {
      for (const [, target = ''] of html.matchAll(/(?:href|src)="([^"]*)"/g)) {
        if (/^https?:/.test(target)) continue;
        const [file = '', anchor] = target.split('#');
        const named = file === '' ? path : posix.join(posix.dirname(path), file);
        const page = pages.get(named);
        const there = page !== undefined || exists(named);
        if (!there || (anchor !== undefined && anchor !== '' && !page?.includes(`id="${anchor}"`)))
          broken.push(`${path}: ${target}`);
      }
    }
    expect(broken).toEqual([]);
  });

  test('loads nothing from elsewhere, and says so to the browser; no page has a script or a style in it', () => {
    for (const html of pages.values()) {
      expect(html).toContain(`<meta http-equiv="Content-Security-Policy" content="${POLICY}">`);
      expect(html).not.toMatch(/<(script|img|link)[^>]+(src|href)="(https?:)?\/\//);
      expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style| style="| on[a-z]+="/);
    }
  });

  test('is indexed by the questions of a questionnaire: each with its answer, and a link to what shows it', () => {
    const file = join(PROJECT, 'clients/operator/procurement/answers/answers.json');
    const { answers } = JSON.parse(readFileSync(file, 'utf8')) as {
      answers: { id: string; question: string }[];
    };
    const page = pages.get('docs/procurement/questions.html') ?? '';
    const index = readFileSync(join(out, 'search-index.js'), 'utf8');
    expect(answers.length).toBeGreaterThan(15);
    for (const { id, question } of answers) {
      expect(page).toContain(`<code>${id}</code>`);
      expect(index).toContain(JSON.stringify(question));
    }
    expect(page.match(/href="\.\.\/[^"]+\.html"/g)?.length).toBeGreaterThan(answers.length);
  });
});

test('what stands in a page is text: HTML of it is shown, never run', () => {
  const { html, title } = renderPage(
    '# A <b>title</b>\n\n<script>alert(1)</script>\n\n[x](javascript:alert%281%29) `<i>` ![a"b](c.png)\n<!-- not shown -->',
    () => undefined,
  );
  expect(title).toContain('title');
  expect(html).not.toMatch(/<script|<b>|<i>|href="javascript|not shown/);
});

function exists(path: string): boolean {
  try {
    readFileSync(join(out, dirname(path), posix.basename(path)));
    return true;
  } catch {
    return false;
  }
}
