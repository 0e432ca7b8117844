import { posix } from 'node:path';
import { escapeHtml } from './markdown.ts';
import type { Page } from './pages.ts';

/** Everything that a page may load lies beside it: no script, style, picture or request from elsewhere. */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'";

/** A page of the site as a whole document. */
export function documentOf(page: Page, groups: readonly { title: string; pages: Page[] }[]): string {
  const from = posix.dirname(page.path);
  const to = (path: string) => escapeHtml(posix.relative(from, path));
  const contents = page.headings.filter(({ depth }) => depth === 2);
  const list = groups
    .map(({ title, pages }) => {
      const open = pages.some(({ path }) => path === page.path) ? ' open' : '';
      const links = pages
        .map(
          (one) =>
            `<li><a href="${to(one.path)}"${one.path === page.path ? ' aria-current="page"' : ''}>${escapeHtml(one.title)}</a></li>`,
        )
        .join('');
      return `<details${open}><summary>${escapeHtml(title)}</summary><ul>${links}</ul></details>`;
    })
    .join('\n');
  const onPage =
    contents.length < 3
      ? ''
      : `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${contents
          .map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`)
          .join('')}</ul></nav>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(page.title)} · agent-audit-trail</title>
<link rel="stylesheet" href="${to('site.css')}">
<script src="${to('search-index.js')}" defer></script>
<script src="${to('search.js')}" defer></script>
</head>
<body data-root="${to('index.html').replace(/index\.html$/, '')}">
<a class="skip" href="#content">To the text</a>
<header>
<a class="home" href="${to('index.html')}">agent-audit-trail</a>
<form role="search"><label for="q">Search</label><input id="q" type="search" autocomplete="off" placeholder="A word, or a question of a questionnaire"></form>
</header>
<div class="columns">
<nav class="pages" aria-label="Pages">
${list}
</nav>
<main id="content" tabindex="-1">
<div id="results" role="status" hidden></div>
<article>
${page.html}
<p class="source">Source: <code>${escapeHtml(page.source)}</code></p>
</article>
</main>
${onPage}
</div>
</body>
</html>
`;
}
