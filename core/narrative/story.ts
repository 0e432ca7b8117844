import { type Completeness, completenessTexts } from './completeness.ts';
import { durationPhrase } from './duration.ts';
import type { Fact, StoryEntry } from './entry.ts';
import { type Phrase, value } from './phrase.ts';
import type { Audience, Storyteller } from './storyteller.ts';
import { Distinct } from './summary.ts';
import { formatMoment } from './time.ts';
import { fact } from './told.ts';

/** A task, told: what the renderers write out. */
export interface Story {
  taskId: string;
  /** What an officer needs to know before signing, in the order in which it is read. */
  summary: Fact[];
  completeness: Completeness;
  /** The verdict in sentences. */
  verdict: Phrase[];
  entries: StoryEntry[];
  /** How many records the task has, of which `entries` are a page. */
  total: number;
  /** Stories of tasks that were handed over, by task id, as far as they are told here. */
  subTasks: ReadonlyMap<string, Story>;
  /** The signed note that all proofs lead to, where the story was made from proven records. */
  checkpoint?: { note: string; size: number };
}

/** Everything that was told so far, put together. */
export function storyOf(
  taskId: string,
  teller: Storyteller,
  entries: StoryEntry[],
  audience: Audience,
  terms: {
    total: number;
    whole: boolean;
    refused?: number | undefined;
    /** Days for which a record is kept at least. */
    retainDays?: number | undefined;
    subTasks?: ReadonlyMap<string, Story>;
    checkpoint?: Story['checkpoint'];
  },
): Story {
  const completeness = teller.completeness(terms);
  return {
    taskId,
    summary: summaryFacts(teller, audience, terms),
    completeness,
    verdict: completenessTexts(completeness, audience.messages),
    entries,
    total: terms.total,
    subTasks: terms.subTasks ?? new Map(),
    ...(terms.checkpoint ? { checkpoint: terms.checkpoint } : {}),
  };
}

/** The summary of what `teller` told. */
export function summaryFacts(
  { summary, ledger }: Pick<Storyteller, 'summary' | 'ledger'>,
  { messages, reader }: Audience,
  { total, retainDays }: { total: number; retainDays?: number | undefined },
): Fact[] {
  const { summary: label } = messages;
  const at = (iso: string | undefined): Phrase | undefined =>
    iso === undefined ? undefined : [formatMoment(iso, reader, messages.locale)];
  const orNone = (values: Distinct): Phrase => values.joined('; ') ?? [label.none];
  const retained =
    retainDays === undefined || summary.lastRecordedAt === ''
      ? undefined
      : new Date(Date.parse(summary.lastRecordedAt) + retainDays * 86_400_000).toISOString();
  const signedOff = new Distinct();
  for (const { who, conclusion, treeSize } of summary.reviews)
    signedOff.add(
      messages.signedOff(who, conclusion, treeSize !== undefined && summary.lastIndex >= treeSize),
    );
  const facts = [
    fact(label.goal, summary.goal),
    fact(label.outcome, [label.outcomes[summary.outcome]]),
    fact(label.started, at(summary.startedAt)),
    fact(label.ended, at(summary.endedAt)),
    fact(
      label.duration,
      summary.durationMs === undefined ? undefined : durationPhrase(summary.durationMs, messages),
    ),
    fact(label.requester, summary.requester),
    fact(label.approvers, orNone(summary.approvers)),
    fact(label.reviews, orNone(signedOff)),
    fact(label.agents, summary.agents.joined('; ')),
    fact(label.model, orNone(summary.models)),
    fact(label.prompt, orNone(summary.prompts)),
    fact(label.policies, orNone(summary.policies)),
    fact(label.changes, orNone(summary.changes)),
    fact(label.dataRead, orNone(summary.dataRead)),
    fact(label.dataWritten, orNone(summary.dataWritten)),
    fact(label.writes, messages.effects(ledger.effects, ledger.undecided)),
    fact(label.tokens, summary.tokens),
    fact(label.cost, summary.cost),
    fact(label.events, messages.shown(summary.events, Math.max(total, summary.events))),
    fact(label.late, messages.lateEvents(summary.late, summary.events)),
    fact(label.retainUntil, at(retained)),
    fact(label.times, messages.clocks(value(reader.timeZone))),
  ];
  return facts.filter((there) => there !== undefined);
}
