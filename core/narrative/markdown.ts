import type { Fact, StoryEntry } from './entry.ts';
import type { Phrase } from './phrase.ts';
import type { Story } from './story.ts';
import type { Audience } from './storyteller.ts';
import { formatMoment } from './time.ts';
import { escapeMarkdown } from './visible.ts';

/** A story as Markdown. Whatever comes from an event is escaped: it can't begin a block, link, image or tag. */
export function toMarkdown(story: Story, audience: Audience): string {
  return `${documentLines(story, audience, 1).join('\n')}\n`;
}

function documentLines(story: Story, audience: Audience, level: number): string[] {
  const { messages } = audience;
  const { summary: label } = messages;
  const heading = (text: string, deeper = 1) => [
    '',
    `${'#'.repeat(Math.min(level + deeper, 6))} ${text}`,
    '',
  ];
  const { completeness, checkpoint, entries, total } = story;
  const own = [
    `${'#'.repeat(level)} ${label.task} ${escapeMarkdown(story.taskId)}`,
    ...heading(label.heading),
    ...story.summary.map(factLine),
    ...heading(label.completeness),
    ...story.verdict.map((text) => `- ${inline(text)}`),
    ...heading(label.story),
    ...entries.flatMap((entry, position) => entryLines(entry, position + 1, story, audience)),
    ...(entries.length < total && !completeness.whole ? ['', inline(messages.more)] : []),
  ];
  if (!checkpoint) return own;
  return [
    ...own,
    ...heading(label.integrity),
    inline(messages.verifyWith),
    '',
    inline(messages.checkpointOf(checkpoint.size)),
    '',
    // A note is signed text of ours; should it hold anything else, an indented block shows it as it is.
    ...checkpoint.note
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`),
  ];
}

function entryLines(entry: StoryEntry, number: number, story: Story, audience: Audience): string[] {
  const { messages, reader } = audience;
  const at = formatMoment(entry.occurred_at, reader, messages.locale);
  const sub = entry.sub_task_id === undefined ? undefined : story.subTasks.get(entry.sub_task_id);
  const indent = ' '.repeat(`${number}. `.length);
  const under = [
    `<br><sub>${at} · ${escapeMarkdown(entry.event_type)} · #${entry.log_index}</sub>`,
    ...entry.body.flatMap((paragraph) => ['', `> ${inline(paragraph)}`]),
    ...(entry.body.length > 0 ? [''] : []),
    ...entry.options.map(
      ({ option, outcomeText, reason }) =>
        `- ${inline(option)}: **${outcomeText}**${reason ? ` (${inline(reason)})` : ''}`,
    ),
    ...entry.facts.map(factLine),
    ...(sub ? ['', ...documentLines(sub, audience, 4), ''] : []),
  ];
  return [
    `${number}. ${inline(entry.text)}`,
    ...under.map((line) => (line === '' ? '' : `${indent}${line}`)),
  ];
}

function factLine({ label, value }: Fact): string {
  return `- *${label}:* ${inline(value)}`;
}

/** A sentence; values are escaped, words are ours. */
function inline(phrase: Phrase): string {
  return phrase
    .map((part) => {
      if (typeof part === 'string') return part;
      return 'value' in part ? escapeMarkdown(part.value) : `*${part.withheld}*`;
    })
    .join('');
}
