import { toDigestText } from '../../../../core/encoding.ts';
import { isGovernanceType } from '../../../../core/event/event.ts';
import { english } from '../../../../core/narrative/messages/en.ts';
import { plain } from '../../../../core/narrative/phrase.ts';
import { LATE_MS, Storyteller } from '../../../../core/narrative/storyteller.ts';
import { formatMoment } from '../../../../core/narrative/time.ts';
import { escapeMarkdown } from '../../../../core/narrative/visible.ts';
import type { AuditRecord } from '../../../../core/record/record.ts';
import { AnswerBook, type Answered } from './answered.ts';
import type { Inquiry } from './inquiry.ts';
import { type Seen, type Walk, walk } from './pages.ts';
import type { Session } from './session.ts';
import type { WholeLog } from './whole-log.ts';

const EVENTS = '/v1/audit/events';

/** Every action on behalf of the user in these days, told task by task. */
export async function everyAction(
  session: Session,
  inquiry: Inquiry,
  log: () => Promise<WholeLog>,
): Promise<Answered> {
  const { user, days } = inquiry;
  const query = { user_id: user, ...days };
  const book = new AnswerBook();
  const found = await walk(session, book, { path: EVENTS, query, name: '1-actions' });
  holdAgainst(found, await log(), book, (record) => isOf(record, inquiry));
  if (found.seen.length === 0) book.fault(`No action on behalf of ${user} is on record in these days.`);
  const tasks = Map.groupBy(found.seen, ({ event }) => event.task?.id ?? '');
  book.headline =
    `${found.seen.length} actions in ${tasks.size} tasks on behalf of ${user}, ` +
    `${describe(days.from, inquiry)} to ${describe(days.to, inquiry)}`;
  book.say(
    `${escapeMarkdown(book.headline)} (that moment excluded): whole days in the time zone ${escapeMarkdown(inquiry.timeZone)}.`,
    ...recordedLater(found.seen),
    ...[...tasks].map(([taskId, seen]) => taskBlock(taskId, seen, session, inquiry)),
  );
  return book;
}

/** All calls by the agent for the user in these days: the first question as security officers put it. */
export async function everyCall(
  session: Session,
  inquiry: Inquiry,
  log: () => Promise<WholeLog>,
): Promise<Answered> {
  const { user, agent, days } = inquiry;
  const query = { event_type: 'TOOL_CALLED', agent_id: agent, user_id: user, ...days };
  const book = new AnswerBook();
  const found = await walk(session, book, { path: EVENTS, query, name: '1b-calls' });
  holdAgainst(
    found,
    await log(),
    book,
    (record) =>
      isOf(record, inquiry) && record.event.event_type === 'TOOL_CALLED' && record.event.agent.id === agent,
  );
  if (found.seen.length === 0) book.fault(`No call by ${agent} for ${user} is on record in these days.`);
  book.headline = `${found.seen.length} calls by ${agent} for ${user}`;
  book.say(
    `${escapeMarkdown(book.headline)}.`,
    [
      '| when | call | place in the log |',
      '|---|---|---|',
      ...found.seen.map(
        (seen) =>
          `| ${describe(seen.event.occurred_at, inquiry)} | ${escapeMarkdown(told(seen, inquiry))} | ${seen.log_index} |`,
      ),
    ].join('\n'),
  );
  return book;
}

function isOf({ event }: AuditRecord, { user, days }: Inquiry): boolean {
  const { occurred_at, initiator, event_type } = event;
  const within = occurred_at >= days.from && occurred_at < days.to;
  return within && initiator?.user_id === user && !isGovernanceType(event_type);
}

/**
 * The search's answer against the log itself: every record of the signed log is looked at here, and those that were asked
 * for have to be those that the search gave.
 */
function holdAgainst(
  { seen, size }: Walk,
  { verdict, size: whole, leaves }: WholeLog,
  book: AnswerBook,
  asked: (record: AuditRecord) => boolean,
): void {
  if (!verdict) {
    book.say(`The log has ${whole} records; it was not counted again for this question.`);
    return;
  }
  const what = `counted again: all ${leaves.length} records of the signed log were read and filtered here`;
  book.verdict(what, verdict);
  if (!verdict.verified) return;
  const expected = leaves.filter(({ index, record }) => index < size && asked(record));
  const missing = expected.filter(({ index }) => !seen.some(({ log_index }) => log_index === index));
  const extra = seen.filter(({ log_index }) => !expected.some(({ index }) => index === log_index));
  if (missing[0]) {
    const { index, hash } = missing[0];
    book.fault(
      `The search leaves out ${missing.length} records of the log, the first at ${index} (${toDigestText(hash)}).`,
    );
  }
  if (extra[0])
    book.fault(
      `The search gives ${extra.length} records that were not asked for, the first at ${extra[0].log_index}.`,
    );
}

/** Times of occurring are the agent's word: where records came long afterwards, the reader should know. */
function recordedLater(seen: readonly Seen[]): string[] {
  const late = seen.filter(
    ({ event, record }) => Date.parse(record.recorded_at) - Date.parse(event.occurred_at) > LATE_MS,
  );
  if (late.length === 0) return [];
  return [
    `${late.length} of them were told afterwards (a backfill): the times are those that the agent gave. The log had them no ` +
      `earlier than ${late.map(({ record }) => record.recorded_at).sort()[0]}.`,
  ];
}

function taskBlock(taskId: string, seen: readonly Seen[], { api }: Session, inquiry: Inquiry): string {
  const teller = tellerOf(taskId, inquiry);
  const lines = seen.map((one) => {
    const { text, occurred_at, log_index } = teller.add(one);
    return `- ${escapeMarkdown(describe(occurred_at, inquiry))}, #${log_index}: ${escapeMarkdown(plain(text))}`;
  });
  const [first] = seen;
  const agent = first ? `${first.event.agent.id} ${first.event.agent.version}` : '';
  const { findings } = teller.completeness({ whole: true });
  const says =
    findings.map(({ text }) => plain(text)).join(' ') || 'nothing is missing that the records would show.';
  const link = `${api.consoleUrl}#/task?id=${encodeURIComponent(taskId)}`;
  return [
    `**Task ${escapeMarkdown(taskId)}**, agent ${escapeMarkdown(agent)} ([in the console](${link}))`,
    '',
    ...lines,
    '',
    `*Of itself this task says: ${escapeMarkdown(says)}*`,
  ].join('\n');
}

function tellerOf(taskId: string, { timeZone }: Inquiry): Storyteller {
  return new Storyteller(taskId, { messages: english, reader: { timeZone }, personal: true });
}

function told(seen: Seen, inquiry: Inquiry): string {
  return plain(tellerOf(seen.event.task?.id ?? '', inquiry).add(seen).text);
}

function describe(iso: string, { timeZone }: Inquiry): string {
  return formatMoment(iso, { timeZone }, english.locale);
}
