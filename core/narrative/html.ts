import type { Fact, StoryEntry } from './entry.ts';
import type { Phrase } from './phrase.ts';
import type { Story } from './story.ts';
import type { Audience } from './storyteller.ts';
import { formatMoment } from './time.ts';
import { escapeHtml } from './visible.ts';

/** The style of a story's page. Whoever serves it names its digest in `style-src`, so that no other style counts. */
export const STORY_STYLE = `
:root{color-scheme:light dark;--ink:#1c2430;--quiet:#566273;--line:#d9dfe7;--paper:#fff;--good:#17693f;--bad:#b3202a;--mark:#2c4f9e}
@media(prefers-color-scheme:dark){:root{--ink:#e4e9f0;--quiet:#9aa7b8;--line:#323c4a;--paper:#141a22;--good:#6cc79a;--bad:#ff8a8f;--mark:#9db8ff}}
body{font:16px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:48rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem;overflow-wrap:anywhere}h2,h3{font-size:1.1rem;margin-top:2rem}
dl{display:grid;grid-template-columns:minmax(8rem,13rem) 1fr;gap:.3rem 1rem}dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
ol{list-style:none;padding:0;margin:0;border-left:2px solid var(--line)}
ol>li{padding:.4rem 0 .8rem 1.2rem;position:relative;overflow-wrap:anywhere}
ol>li::before{content:"";position:absolute;left:-6px;top:.95rem;width:10px;height:10px;border-radius:50%;background:var(--line)}
.decision::before,.human::before{background:var(--mark)!important}.good::before{background:var(--good)!important}.bad::before{background:var(--bad)!important}
.text{margin:0;font-weight:500}.bad>.text{color:var(--bad)}.good>.text{color:var(--good)}
.when,.facts{color:var(--quiet);font-size:.875rem}blockquote{margin:.5rem 0;padding-left:.8rem;border-left:3px solid var(--mark);white-space:pre-line}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font-size:.8rem;border:1px solid var(--line);padding:.6rem}
.open{border:2px solid var(--bad);padding:.2rem 1rem;border-radius:6px}
@media print{body{margin:0;max-width:none;font-size:10pt}li{break-inside:avoid}}
`;

/** A story as an HTML document that needs nothing else. Whatever comes from an event is text in it. */
export function toHtml(story: Story, audience: Audience): string {
  const { messages } = audience;
  const title = `${messages.summary.task} ${story.taskId}`;
  return [
    '<!doctype html>',
    `<html lang="${messages.locale}">`,
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${STORY_STYLE}</style>`,
    '</head>',
    '<body>',
    ...storyLines(story, audience, 1),
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function storyLines(story: Story, audience: Audience, level: number): string[] {
  const { messages } = audience;
  const { summary: label } = messages;
  const { checkpoint, completeness, entries, total } = story;
  const heading = (text: string, depth: number) =>
    `<h${Math.min(depth, 6)}>${escapeHtml(text)}</h${Math.min(depth, 6)}>`;
  return [
    heading(`${label.task} ${story.taskId}`, level),
    heading(label.heading, level + 1),
    factList(story.summary),
    heading(label.completeness, level + 1),
    `<ul${completeness.complete ? '' : ' class="open"'}>`,
    ...story.verdict.map((text) => `<li>${inline(text)}</li>`),
    '</ul>',
    heading(label.story, level + 1),
    '<ol>',
    ...entries.flatMap((entry) => entryLines(entry, story, audience, level)),
    '</ol>',
    ...(entries.length < total && !completeness.whole ? [`<p>${inline(messages.more)}</p>`] : []),
    ...(checkpoint
      ? [
          heading(label.integrity, level + 1),
          `<p>${inline(messages.verifyWith)}</p>`,
          `<p>${inline(messages.checkpointOf(checkpoint.size))}</p>`,
          `<pre>${escapeHtml(checkpoint.note)}</pre>`,
        ]
      : []),
  ];
}

function entryLines(entry: StoryEntry, story: Story, audience: Audience, level: number): string[] {
  const { messages, reader } = audience;
  const { body, options, facts } = entry;
  const at = formatMoment(entry.occurred_at, reader, messages.locale);
  const sub = entry.sub_task_id === undefined ? undefined : story.subTasks.get(entry.sub_task_id);
  return [
    `<li class="${entry.tone}">`,
    `<p class="text">${inline(entry.text)}</p>`,
    `<p class="when">${escapeHtml(at)} · ${escapeHtml(entry.event_type)} · #${entry.log_index}</p>`,
    ...body.map((paragraph) => `<blockquote>${inline(paragraph)}</blockquote>`),
    ...(options.length === 0 ? [] : ['<ul>', ...options.map(optionLine), '</ul>']),
    ...(facts.length === 0 ? [] : [factList(facts, 'facts')]),
    ...(sub ? ['<section>', ...storyLines(sub, audience, level + 2), '</section>'] : []),
    '</li>',
  ];
}

function optionLine({ option, outcomeText, reason }: StoryEntry['options'][number]): string {
  return `<li>${inline(option)}: <strong>${escapeHtml(outcomeText)}</strong>${reason ? ` (${inline(reason)})` : ''}</li>`;
}

function factList(facts: readonly Fact[], kind?: string): string {
  const rows = facts.map(({ label, value }) => `<dt>${escapeHtml(label)}</dt><dd>${inline(value)}</dd>`);
  return `<dl${kind === undefined ? '' : ` class="${kind}"`}>${rows.join('')}</dl>`;
}

function inline(phrase: Phrase): string {
  return phrase
    .map((part) => {
      if (typeof part === 'string') return escapeHtml(part);
      return 'value' in part
        ? `<bdi>${escapeHtml(part.value)}</bdi>`
        : `<em>${escapeHtml(part.withheld)}</em>`;
    })
    .join('');
}
