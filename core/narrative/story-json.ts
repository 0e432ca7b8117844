import { completenessJson } from './completeness.ts';
import type { Fact, StoryEntry } from './entry.ts';
import { plain } from './phrase.ts';
import type { Story } from './story.ts';

/** An entry of a story as JSON: sentences as plain text, in which nothing is hidden. */
function entryJson(entry: StoryEntry) {
  const { text, body, options, facts, ...rest } = entry;
  return {
    ...rest,
    text: plain(text),
    ...(body.length === 0 ? {} : { body: body.map(plain) }),
    ...(options.length === 0
      ? {}
      : {
          options: options.map(({ option, outcome, reason }) => ({
            option: plain(option),
            outcome,
            ...(reason ? { reason: plain(reason) } : {}),
          })),
        }),
    ...(facts.length === 0 ? {} : { facts: facts.map(factJson) }),
  };
}

/** What a page of a timeline says of the task, besides the records themselves. */
export function storyJson({ taskId, summary, completeness, entries }: Story) {
  return {
    task_id: taskId,
    summary: summary.map(factJson),
    completeness: completenessJson(completeness),
    story: entries.map(entryJson),
  };
}

function factJson({ label, value }: Fact) {
  return { label, value: plain(value) };
}
