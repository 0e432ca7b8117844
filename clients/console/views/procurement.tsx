import type { ComponentChildren } from 'preact';
import { useSigned } from '../context.ts';
import { EventLines } from '../parts/event-lines.tsx';
import { type Field, Filters } from '../parts/filters.tsx';
import { Failed, Loading } from '../parts/states.tsx';
import { href } from '../route.ts';
import { useAnswer } from '../use-answer.ts';

const MINUTE_MS = 60_000;

const FIELDS: readonly Field[] = [
  { name: 'user_id', label: 'On behalf of user', kind: 'text', hint: 'user-2041' },
  { name: 'agent_id', label: 'Agent', kind: 'text', hint: 'customer-record-agent' },
  { name: 'from', label: 'Occurred from', kind: 'time' },
  { name: 'to', label: 'Occurred before', kind: 'time' },
  { name: 'at', label: 'A change at the minute', kind: 'time' },
];

/** What the usual questions are about: the example agents can answer them. */
const USUAL = {
  user_id: 'user-2041',
  agent_id: 'customer-record-agent',
  from: '2026-03-01T00:00:00.000Z',
  to: '2026-03-16T00:00:00.000Z',
  at: '2026-03-08T14:47:00.000Z',
};

/** The five questions of a procurement review, each with where this console answers it. */
export function ProcurementView({ query }: { query: Readonly<Record<string, string>> }) {
  const { timeZone, may } = useSigned();
  const { user_id, agent_id, from, to, at } = { ...USUAL, ...query };
  const range = { user_id, from, to };
  const minute = Date.parse(at);
  const change = {
    event_type: 'DATA_ACCESSED',
    from: new Date(minute).toISOString(),
    to: new Date(minute + MINUTE_MS).toISOString(),
  };
  return (
    <>
      <h1>Procurement</h1>
      <p class="lead">
        The five questions of a procurement review. Times are in {timeZone}; whatever you open is verified in
        this browser.
      </p>
      <Filters view="procurement" fields={FIELDS} query={{ ...USUAL, ...query }} timeZone={timeZone} />
      <Question asks="1. Every action that the agent took on behalf of a user between two days">
        <p>
          <a href={href('events', range)}>All actions on behalf of {user_id}</a>
        </p>
        <p>
          <a href={href('events', { ...range, agent_id, event_type: 'TOOL_CALLED' })}>
            All calls by {agent_id} for {user_id}
          </a>
        </p>
      </Question>
      <Question asks="2. The agent’s reasoning for the change of a record at a given minute">
        <p>
          Data that was read or changed in that minute. Open its task, and read the decision before the
          change.
        </p>
        <EventLines path="/v1/audit/events" query={change} what="record" />
      </Question>
      <Question asks="3. The complete history, for Splunk">
        <p>Ask for an export, wait until it is done, and fetch it; the log vouches for the file.</p>
        <pre tabIndex={0}>{exportCommand('splunk-hec')}</pre>
      </Question>
      <Question asks="4. How do I know that a record has not been modified?">
        <p>
          This browser recomputed the hash of each record that it showed you, and its place under the signed
          head. <a href={href('integrity')}>The key, the head, and the whole log</a>. Keep the head: whoever
          holds it notices a log that was rewritten.
        </p>
      </Question>
      <Question asks="5. On leaving: how do we get all our data, and how long is it kept afterwards?">
        <pre tabIndex={0}>{exportCommand('ndjson')}</pre>
        {may('retention') ? (
          <Kept />
        ) : (
          <p class="quiet">How long it is kept, a token with the scope retention sees.</p>
        )}
      </Question>
    </>
  );
}

function Question({ asks, children }: { asks: string; children: ComponentChildren }) {
  return (
    <section class="panel">
      <h2>{asks}</h2>
      {children}
    </section>
  );
}

interface Policy {
  version: number;
  policy: Readonly<Record<'immutability_days' | 'min_days' | 'max_days' | 'after_termination_days', number>>;
}

function Kept() {
  const { answer, again } = useAnswer<Policy>('retention', (api, signal) =>
    api.get('/v1/audit/retention-policy', {}, signal),
  );
  if (answer === undefined) return <Loading what="the retention policy" />;
  if (!answer.ok) return <Failed problem={answer.problem} retry={again} />;
  const { version, policy } = answer.data;
  return (
    <p>
      By version {version} of your policy: {policy.after_termination_days} days after the end of the contract.
      Nobody can delete a record for {daysText(policy.immutability_days)} from its recording; it is kept for
      at least {policy.min_days} days and to be purged after {policy.max_days}.
    </p>
  );
}

function daysText(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}

/** What to type, with the token in a variable: it must not end up in somebody's history. */
function exportCommand(format: string): string {
  const body = JSON.stringify({ format, filter: { category: 'all' } });
  const api = location.href.split('/console/')[0];
  return `curl -X POST -H "Authorization: Bearer $TOKEN" \\\n  '${api}/v1/audit/exports' -d '${body}'`;
}
