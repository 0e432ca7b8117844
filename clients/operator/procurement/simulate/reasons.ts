import type { EventOf } from '../../../../core/event/event.ts';
import { english } from '../../../../core/narrative/messages/en.ts';
import { plain } from '../../../../core/narrative/phrase.ts';
import { Storyteller } from '../../../../core/narrative/storyteller.ts';
import { formatMoment } from '../../../../core/narrative/time.ts';
import { escapeMarkdown } from '../../../../core/narrative/visible.ts';
import { AnswerBook, type Answered } from './answered.ts';
import type { Inquiry } from './inquiry.ts';
import { type Seen, walk } from './pages.ts';
import type { Session } from './session.ts';

const MOST_TASKS = 20;

/** The reasons for a change, and the change itself. */
export interface ReasonedChange extends Answered {
  /** The first record that was changed in that minute; undefined where none was. */
  readonly change: Seen | undefined;
}

/** Why the agent changed the record at that minute: the decision that the change names, as it was recorded. */
export async function reasonsFor(session: Session, inquiry: Inquiry): Promise<ReasonedChange> {
  const { minute, at, timeZone, record } = inquiry;
  const book = new AnswerBook();
  const query = { event_type: 'DATA_ACCESSED', ...minute };
  const found = await walk(session, book, { path: '/v1/audit/events', query, name: '2-changes' });
  const changes = found.seen.filter((seen) => changesRecord(seen, record));
  book.say(
    `Asked for the minute ${escapeMarkdown(at)} in the time zone ${escapeMarkdown(timeZone)}: ` +
      `${changes.length} ${changes.length === 1 ? 'change' : 'changes'} of a ${escapeMarkdown(record)} record.`,
  );
  if (changes.length === 0)
    book.fault(`No change of a ${record} record is on record at ${at} (${timeZone}).`);
  const byTask = Map.groupBy(changes, ({ event }) => event.task?.id ?? '');
  const told = [...byTask].slice(0, MOST_TASKS);
  for (const [number, [taskId, ofTask]] of told.entries())
    await reasonsIn(session, inquiry, book, { taskId, changes: ofTask, number: number + 1 });
  if (byTask.size > told.length)
    book.fault(`${byTask.size} tasks changed such records: name one with --record.`);
  return { ...book, change: changes[0] };
}

async function reasonsIn(
  session: Session,
  inquiry: Inquiry,
  book: AnswerBook,
  { taskId, changes, number }: { taskId: string; changes: readonly Seen[]; number: number },
): Promise<void> {
  const path = `/v1/audit/tasks/${encodeURIComponent(taskId)}/timeline`;
  const { timeZone } = inquiry;
  const { seen } = await walk(session, book, {
    path,
    query: { time_zone: timeZone },
    name: `2-timeline-${number}`,
  });
  for (const change of changes) {
    const { causation } = change.event;
    const decision = seen.find(
      ({ event, log_index }) => event.event_id === causation?.decision_id && log_index < change.log_index,
    );
    if (!seen.some(({ log_index }) => log_index === change.log_index))
      book.fault(`The timeline of task ${taskId} leaves out the change itself, record ${change.log_index}.`);
    if (decision?.event.event_type !== 'DECISION_POINT') {
      book.fault(`The change at record ${change.log_index} names no decision that was recorded before it.`);
      continue;
    }
    explain(book, change, decision as Seen & { event: EventOf<'DECISION_POINT'> }, inquiry);
  }
  const link = `${session.api.consoleUrl}#/task?id=${encodeURIComponent(taskId)}`;
  book.say(`The whole task, from goal to outcome: [in the console](${link}).`);
}

function explain(
  book: AnswerBook,
  change: Seen,
  decision: Seen & { event: EventOf<'DECISION_POINT'> },
  { timeZone }: Inquiry,
): void {
  const { reasoning_summary, selected_action } = decision.event.payload;
  if (typeof reasoning_summary !== 'string')
    book.fault(`The reasons at record ${decision.log_index} are withheld from this token, or were erased.`);
  const at = (iso: string) => formatMoment(iso, { timeZone }, english.locale);
  const teller = new Storyteller(decision.event.task?.id ?? '', {
    messages: english,
    reader: { timeZone },
    personal: true,
  });
  const { body, options, facts } = teller.add(decision);
  const changed = teller.add(change);
  const { initiator } = change.event;
  book.headline ||= `${plain([String(selected_action)])}, because: ${String(reasoning_summary)}`;
  const md = (text: string) => escapeMarkdown(text);
  book.say(
    [
      `- **What**: ${md(plain(changed.text))} (${changed.facts.map(({ label, value }) => `${label}: ${md(plain(value))}`).join('; ')})`,
      `- **When**: ${md(at(change.event.occurred_at))} by the agent's clock; recorded ${md(at(change.record.recorded_at))}`,
      `- **On behalf of**: ${md(initiator?.user_id ?? 'nobody on record')} (identity ${initiator?.assurance ?? 'not stated'})`,
      `- **Decided before**, at record ${decision.log_index}: ${md(plain([String(selected_action)]))}`,
    ].join('\n'),
    [
      '**The reasons, as the agent stated them then:**',
      '',
      ...body.map((paragraph) => `> ${md(plain(paragraph))}`),
    ].join('\n'),
    [
      'Options that it considered:',
      '',
      ...options.map(
        ({ option, outcomeText, reason }) =>
          `- ${md(plain(option))}: ${outcomeText}${reason ? ` (${md(plain(reason))})` : ''}`,
      ),
      ...facts.map(({ label, value }) => `- *${label}*: ${md(plain(value))}`),
    ].join('\n'),
    'The log shows that the agent stated these reasons before it acted, and that nobody changed them since. That they ' +
      'were the reasons of the model, no log can show.',
  );
}

/** Whether `seen` wrote or deleted what `word` names. */
function changesRecord({ event }: Seen, word: string): boolean {
  if (event.event_type !== 'DATA_ACCESSED' || event.payload.operation === 'read') return false;
  const { store, resource, data_classes = [] } = event.payload;
  const texts = [store.name, store.system, resource, ...data_classes].filter(
    (text) => typeof text === 'string',
  );
  return texts.some((text) => text.toLowerCase().includes(word.toLowerCase()));
}
