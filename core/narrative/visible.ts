// Controls, format characters (bidirectional overrides and zero-width ones among them), line and paragraph separators,
// and halves of surrogate pairs: what a reader would not see, or would see at another place than it stands.
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * `text` with every character that hides or moves others written out, as `\u202e`: safe for a terminal, and nothing in
 * it can make a page show another order than the one in which it was recorded. `lines` keeps line feeds.
 */
export function visible(text: string, { lines = false } = {}): string {
  const normal = lines ? text.replaceAll('\r\n', '\n') : text;
  return normal.replaceAll(HIDDEN, (character) =>
    lines && character === '\n' ? '\n' : unitEscapes(character),
  );
}

function unitEscapes(character: string): string {
  return Array.from(
    { length: character.length },
    (_, position) => `\\u${character.charCodeAt(position).toString(16).padStart(4, '0')}`,
  ).join('');
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** `text` for HTML, between tags or within a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => HTML[character] ?? '');
}

/**
 * `text` for Markdown (CommonMark, and GitHub's tables, links, mentions and formulas): every character that could mean
 * something where it stands is escaped, and a line feed becomes a space, so that no text can begin a block.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll('\n', ' ')
    .replaceAll(/[\\`*_{}[\]()<>#!|~&@$^]/g, (character) => `\\${character}`)
    .replaceAll(/:\/\/|www\./gi, (link) => `${link.slice(0, -1)}\\${link.slice(-1)}`)
    .replace(/^(\s*)([-+=]|\d+(?=[.)]))/, (_, space: string, mark: string) =>
      /\d/.test(mark) ? `${space}${mark}\\` : `${space}\\${mark}`,
    );
}
