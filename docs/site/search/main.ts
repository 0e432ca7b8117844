import MiniSearch from 'minisearch';
import type { Section } from '../section.ts';

declare const SECTIONS: readonly Section[];

const MOST = 20;
const EXCERPT = 160;

/** Small and all here: no request leaves the page, so it works from a disk too. */
function index(sections: readonly Section[]): MiniSearch<Section> {
  const search = new MiniSearch<Section>({
    fields: ['title', 'page', 'text'],
    storeFields: ['path', 'page', 'title', 'text'],
    searchOptions: { boost: { title: 4, page: 2 }, prefix: true, fuzzy: 0.15 },
  });
  search.addAll(sections);
  return search;
}

/** Made of text nodes alone, so nothing that stands in a page is ever read as HTML. */
function entry(section: Section, words: readonly string[], root: string): HTMLElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = root + section.path;
  link.textContent = section.title;
  const where = document.createElement('span');
  where.className = 'where';
  where.textContent = section.page === section.title ? '' : ` ${section.page}`;
  const excerpt = document.createElement('p');
  excerpt.textContent = around(section.text, words);
  item.append(link, where, excerpt);
  return item;
}

function around(text: string, words: readonly string[]): string {
  const lower = text.toLowerCase();
  const places = words.map((word) => lower.indexOf(word)).filter((place) => place >= 0);
  const start = places.length === 0 ? 0 : Math.max(0, Math.min(...places) - EXCERPT / 4);
  const part = text.slice(start, start + EXCERPT);
  return `${start > 0 ? '… ' : ''}${part}${start + EXCERPT < text.length ? ' …' : ''}`;
}

const input = document.querySelector<HTMLInputElement>('#q');
const results = document.querySelector<HTMLElement>('#results');
const article = document.querySelector<HTMLElement>('article');
if (input && results && article) {
  const root = document.body.dataset.root ?? '';
  let search: MiniSearch<Section> | undefined;
  const show = () => {
    const asked = input.value.trim();
    results.hidden = asked === '';
    article.hidden = asked !== '';
    results.replaceChildren();
    if (asked === '') return;
    search ??= index(SECTIONS);
    const found = search.search(asked).slice(0, MOST);
    const head = document.createElement('h1');
    head.textContent = found.length === 0 ? `Nothing is found for “${asked}”` : `Found for “${asked}”`;
    const list = document.createElement('ol');
    for (const { match, ...hit } of found)
      list.append(entry(hit as unknown as Section, Object.keys(match), root));
    results.append(head, list);
  };
  input.addEventListener('input', show);
  input.form?.addEventListener('submit', (event) => {
    event.preventDefault();
    show();
    results.querySelector('a')?.focus();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement === document.body) {
      event.preventDefault();
      input.focus();
    }
  });
}
