import { OTHERS } from '../export/tally.ts';
import type { Fact } from '../narrative/entry.ts';
import { type Phrase, plain, say, value } from '../narrative/phrase.ts';
import type { Block } from './block.ts';
import type { ReportTerms } from './terms.ts';

const MOST_ROWS = 40;

/** What happened, in numbers: of all records that match, also where not every task is told. */
export function* overviewBlocks(terms: ReportTerms): Iterable<Block> {
  const { messages, tally } = terms;
  const { overview: label } = messages;
  yield { kind: 'heading', level: 1, text: label.heading, bookmark: plain(label.heading) };
  yield { kind: 'facts', facts: figures(terms) };
  yield* completenessBlocks(terms);
  yield* table(
    label.tools,
    label.tool,
    [...tally.tools].map(([name, { calls, failed }]) => [name, [say`${calls}`, say`${failed}`]]),
    terms,
  );
  yield* table(
    label.data,
    label.store,
    [...tally.stores].map(([name, { classes, ...counts }]) => [
      name,
      [
        classes.length > 0 ? value(classes.join(', ')) : label.noClasses,
        ...[counts.read, counts.write, counts.delete].map((count) => say`${count}`),
      ],
    ]),
    terms,
  );
  yield* table(label.agents, label.agent, counted(tally.agents), terms);
  yield* table(label.events, label.event, counted(tally.types), terms);
}

function figures({ messages, tally, refused }: ReportTerms): Fact[] {
  const { overview: label } = messages;
  const of = (type: string) => tally.types.get(type) ?? 0;
  const decided = [...tally.decisions].map(([decision, count]) => `${count} ${decision}`).join(', ');
  const human = of('HUMAN_DECISION_RECORDED');
  const figures: [string, Phrase][] = [
    [label.tasks, say`${tally.taskCount}`],
    [label.completed, say`${of('TASK_COMPLETED')}`],
    [label.failed, say`${of('TASK_FAILED')}`],
    [label.cancelled, say`${of('TASK_CANCELLED')}`],
    [label.agentDecisions, say`${of('DECISION_POINT')}`],
    [label.escalations, say`${of('HUMAN_ESCALATION_TRIGGERED')}`],
    [label.decisions, human === 0 ? say`0` : say`${human}: ${decided}`],
    [label.interventions, say`${of('HUMAN_INTERVENED')}`],
    [label.changes, say`${of('AGENT_CHANGED')}`],
    [label.refused, say`${refused}`],
  ];
  return figures.map(([name, text]) => ({ label: name, value: text }));
}

function* completenessBlocks({ messages, completeness }: ReportTerms): Iterable<Block> {
  const { completeness: label } = messages;
  yield { kind: 'heading', level: 2, text: label.heading };
  if (!completeness.judged) {
    yield { kind: 'paragraph', text: label.notJudged(value(completeness.because)) };
  } else if (completeness.complete) {
    yield { kind: 'paragraph', text: label.complete(completeness.tasks), tone: 'good' };
  } else {
    const { findings, unjudged } = completeness;
    const found = Object.entries(label.finding).flatMap(([name, text]) => {
      const count = findings[name as keyof typeof findings];
      return count === 0 ? [] : [text(count)];
    });
    yield {
      kind: 'list',
      items: unjudged === 0 ? found : [...found, label.unjudged(unjudged)],
      tone: 'bad',
    };
  }
  if (completeness.judged && completeness.unnumbered > 0)
    yield { kind: 'paragraph', text: label.unnumbered(completeness.unnumbered), tone: 'quiet' };
  yield { kind: 'paragraph', text: label.never, tone: 'quiet' };
}

function counted(counts: ReadonlyMap<string, number>): [string, Phrase[]][] {
  return [...counts].sort(([, a], [, b]) => b - a).map(([name, count]) => [name, [say`${count}`]]);
}

function* table(
  heading: Phrase,
  head: readonly string[],
  rows: readonly [name: string, cells: Phrase[]][],
  { messages }: ReportTerms,
): Iterable<Block> {
  yield { kind: 'heading', level: 2, text: heading };
  if (rows.length === 0) {
    yield { kind: 'paragraph', text: messages.overview.none, tone: 'quiet' };
    return;
  }
  const shown = rows.slice(0, MOST_ROWS).map(([name, cells]) => [value(name), ...cells]);
  yield { kind: 'table', head, rows: shown, numbers: true };
  if (rows.length > MOST_ROWS || rows.some(([name]) => name === OTHERS))
    yield { kind: 'paragraph', text: messages.overview.kept(MOST_ROWS), tone: 'quiet' };
}
