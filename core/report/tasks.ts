import type { Fact, StoryEntry } from '../narrative/entry.ts';
import { plain, say, value } from '../narrative/phrase.ts';
import { storyOf } from '../narrative/story.ts';
import { type Audience, Storyteller } from '../narrative/storyteller.ts';
import { formatMoment } from '../narrative/time.ts';
import type { Block, Line } from './block.ts';
import { recordsOf, type ToldTask } from './evidence.ts';
import type { ReportTerms } from './terms.ts';

/** Each task as its timeline tells it, one after another: what was told is forgotten before the next one. */
export function* taskBlocks(terms: ReportTerms): Iterable<Block> {
  const { messages, evidence, tally, limits } = terms;
  const { tasks: label } = messages;
  const { tasks, lines } = evidence;
  yield { kind: 'heading', level: 1, text: label.heading, bookmark: plain(label.heading) };
  if (tasks.length === 0) {
    yield { kind: 'paragraph', text: label.none };
    return;
  }
  const { length: told } = tasks;
  const cut = tasks.at(-1);
  const whole = told === tally.taskCount && cut?.count === cut?.total;
  const end = value(plain(label.limits(limits.tasks, limits.records, limits.bytes / 1024 / 1024)));
  yield {
    kind: 'paragraph',
    text: whole ? label.all(told, lines.length) : label.capped(told, tally.taskCount, lines.length, end),
  };
  for (const task of tasks) yield* oneTask(task, terms);
}

function* oneTask(task: ToldTask, { messages, evidence, audience }: ReportTerms): Iterable<Block> {
  const { tasks: label } = messages;
  const { summary } = audience.messages;
  const teller = new Storyteller(task.taskId, audience);
  const entries = [...recordsOf(evidence, task)].map((record) => teller.add(record));
  const whole = task.count === task.total;
  const story = storyOf(task.taskId, teller, entries, audience, { total: task.total, whole });
  const name = label.task(value(task.taskId));
  yield { kind: 'heading', level: 2, text: name, bookmark: plain(name) };
  // How the clocks are to be read, and that all events are told, is said once for all tasks.
  const said = new Set<string>([summary.times, ...(whole ? [summary.events] : [])]);
  yield {
    kind: 'facts',
    facts: compact(
      story.summary.filter((fact) => !said.has(fact.label)),
      summary.none,
    ),
  };
  yield { kind: 'list', items: story.verdict, tone: story.completeness.complete ? 'plain' : 'bad' };
  for (const entry of entries) yield momentOf(entry, audience);
  if (!whole) yield { kind: 'paragraph', text: label.cut(task.count, task.total), tone: 'bad' };
}

/** What is not on record in one line: that is worth knowing, and not worth a page. */
function compact(facts: readonly Fact[], none: string): Fact[] {
  const [absent, there] = [
    facts.filter(({ value: given }) => plain(given) === none),
    facts.filter(({ value: given }) => plain(given) !== none),
  ];
  if (absent.length < 2) return [...facts];
  const label = none.charAt(0).toUpperCase() + none.slice(1);
  return [...there, { label, value: [absent.map((fact) => fact.label.toLowerCase()).join(', ')] }];
}

function momentOf(entry: StoryEntry, { messages, reader }: Audience): Block {
  const { tone, text, body, options, facts, occurred_at, event_type, log_index } = entry;
  const when = formatMoment(occurred_at, reader, messages.locale);
  const lines: Line[] = [
    ...body.map((paragraph): Line => ({ kind: 'quote', text: paragraph })),
    ...options.map(
      ({ option, outcome, outcomeText, reason }): Line => ({
        kind: 'option',
        text: reason ? say`${option} (${reason})` : option,
        outcome: outcomeText,
        selected: outcome === 'selected',
      }),
    ),
    ...facts.map(({ label, value: given }): Line => ({ kind: 'fact', label, text: given })),
  ];
  return { kind: 'moment', tone, text, when: `${when} · ${event_type} · #${log_index}`, lines };
}
