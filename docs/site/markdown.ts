import { Marked, type Tokens } from 'marked';

/** A page of Markdown as HTML, and what the search and the list of contents need of it. */
export interface Rendered {
  title: string;
  html: string;
  headings: Heading[];
}

export interface Heading {
  id: string;
  text: string;
  depth: number;
  /** The words below it, down to the next one. */
  body: string;
}

/** Where a link of a page leads on the site; undefined where the site does not have it, but the repository does. */
export type LinkResolver = (href: string) => string | undefined;

export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The anchor that GitHub gives a heading, the second of a name not counted. */
export function slugOf(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-');
}

/** Renders `markdown`. HTML in it is shown as text, since our pages have none; comments are left out. */
export function renderPage(markdown: string, resolve: LinkResolver): Rendered {
  const headings: Heading[] = [];
  const seen = new Map<string, number>();
  let tables = 0;
  const marked = new Marked({ gfm: true });
  marked.use({
    renderer: {
      heading({ tokens, depth, text }) {
        const plain = plainOf(text);
        const slug = slugOf(plain);
        const times = seen.get(slug) ?? 0;
        seen.set(slug, times + 1);
        const id = times === 0 ? slug : `${slug}-${times}`;
        headings.push({ id, text: plain, depth, body: '' });
        const inner = this.parser.parseInline(tokens);
        if (depth === 1) return `<h1 id="${id}">${inner}</h1>\n`;
        return `<h${depth} id="${id}">${inner} <a class="anchor" href="#${id}" aria-label="Link to: ${escapeHtml(plain)}">#</a></h${depth}>\n`;
      },
      html: ({ text }: Tokens.HTML | Tokens.Tag) => (text.startsWith('<!--') ? '' : escapeHtml(text)),
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        if (/^https?:/.test(href)) return `<a href="${escapeHtml(href)}" rel="noreferrer">${inner}</a>`;
        const to = resolve(href);
        if (to === undefined)
          return `<span class="in-repository" title="${escapeHtml(`In the repository: ${href}`)}">${inner}</span>`;
        return `<a href="${escapeHtml(to)}">${inner}</a>`;
      },
      image({ href, text }) {
        const to = resolve(href);
        return to === undefined
          ? escapeHtml(text)
          : `<img src="${escapeHtml(to)}" alt="${escapeHtml(text)}" loading="lazy">`;
      },
      code: ({ text, lang }) =>
        `<pre tabindex="0"${lang ? ` data-language="${escapeHtml(lang)}"` : ''}><code>${escapeHtml(text)}</code></pre>\n`,
      // A table wider than the page scrolls by itself, by keyboard too.
      table(token) {
        tables += 1;
        // A corner without a word heads nothing.
        const cell = ({ tokens, text }: Tokens.TableCell, tag: 'th' | 'td') => {
          const named = text === '' ? 'td' : tag;
          return `<${named}>${this.parser.parseInline(tokens)}</${named}>`;
        };
        const row = (cells: Tokens.TableCell[], tag: 'th' | 'td') =>
          `<tr>${cells.map((one) => cell(one, tag)).join('')}</tr>`;
        const hasHead = token.header.some(({ text }) => text !== '');
        const head = hasHead ? `<thead>${row(token.header, 'th')}</thead>` : '';
        return `<div class="table" tabindex="0" role="region" aria-label="Table ${tables}"><table>${head}<tbody>${token.rows.map((cells) => row(cells, 'td')).join('')}</tbody></table></div>\n`;
      },
    },
  });
  const html = marked.parse(markdown, { async: false });
  sections(marked, markdown, headings);
  const title = headings.find(({ depth }) => depth === 1)?.text ?? 'Untitled';
  return { title, html, headings };
}

/** Fills in what stands below each heading. */
function sections(marked: Marked, markdown: string, headings: readonly Heading[]): void {
  let place = -1;
  for (const token of marked.lexer(markdown)) {
    if (token.type === 'heading') place += 1;
    else if (token.type !== 'html') {
      const heading = headings[place];
      if (heading) heading.body += ` ${plainOf(token.raw)}`;
    }
  }
}

/** Markdown as words: links by their text, without marks. */
function plainOf(markdown: string): string {
  return markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*|]|^#+ |^-{3,}$|^> /gm, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
