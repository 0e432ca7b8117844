import type { Ledger } from './ledger.ts';
import type { Messages } from './messages/en.ts';
import { join, type Phrase, plain, value } from './phrase.ts';

export const FINDING_CODES = [
  'events_missing',
  'call_without_result',
  'result_without_call',
  'escalation_without_decision',
  'no_start',
  'no_end',
  'several_ends',
  'events_refused',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** Something that the records say about themselves: a thing that is missing, and how often. */
export interface Finding {
  code: FindingCode;
  count: number;
  text: Phrase;
}

/** What the evidence says about itself. No log shows what an agent never emitted. */
export interface Completeness {
  /** Whether all events of the task were looked at; otherwise this is the verdict so far. */
  whole: boolean;
  /** Nothing is missing that the records would show. */
  complete: boolean;
  findings: Finding[];
  /** Events that bear no number. */
  unnumbered: number;
}

const NAMED_CALLS = 5;

/** The verdict on what a ledger has taken in; `refused` counts events that the tenant's log refused meanwhile. */
export function judge(
  ledger: Ledger,
  { whole, refused = 0 }: { whole: boolean; refused?: number | undefined },
  { finding }: Messages,
): Completeness {
  const open = [...ledger.calls.values()].map(({ tool }) => tool);
  const named = join(open.slice(0, NAMED_CALLS).map(value), ', ');
  const which: Phrase = open.length > NAMED_CALLS ? [...named, ', …'] : named;
  const missing = ledger.numbering.missing;
  const found: [FindingCode, number, (count: number) => Phrase][] = [
    ['no_start', ledger.starts === 0 ? 1 : 0, finding.no_start],
    ['events_missing', missing, finding.events_missing],
    ['call_without_result', whole ? open.length : 0, (count) => finding.call_without_result(count, which)],
    ['result_without_call', whole ? ledger.stray.size : 0, finding.result_without_call],
    ['escalation_without_decision', whole ? ledger.asked.size : 0, finding.escalation_without_decision],
    ['no_end', whole && ledger.ends === 0 ? 1 : 0, finding.no_end],
    ['several_ends', ledger.ends > 1 ? ledger.ends : 0, finding.several_ends],
    ['events_refused', refused, finding.events_refused],
  ];
  const findings = found
    .filter(([, count]) => count > 0)
    .map(([code, count, text]) => ({ code, count, text: text(count) }));
  return { whole, complete: findings.length === 0, findings, unnumbered: ledger.unnumbered };
}

/** The verdict in sentences, the findings first. */
export function completenessTexts(verdict: Completeness, messages: Messages): Phrase[] {
  const found = verdict.findings.map(({ text }) => text);
  if (found.length === 0) found.push(verdict.whole ? messages.complete : messages.completeSoFar);
  if (verdict.unnumbered > 0) found.push(messages.unnumbered(verdict.unnumbered));
  return found;
}

/** The verdict as JSON. */
export function completenessJson({ whole, complete, findings, unnumbered }: Completeness) {
  return {
    whole,
    complete,
    findings: findings.map(({ code, count, text }) => ({ code, count, text: plain(text) })),
    unnumbered,
  };
}
