import { type Phrase, say } from '../phrase.ts';

/**
 * Everything that the narrative says of its own, in English. Another language is another file of this shape; what
 * events say stays as it was recorded.
 */
export const english = {
  locale: 'en-GB',

  started: (by: Phrase, at: Phrase, goal: Phrase) => say`Agent started by ${by} at ${at} with goal: ${goal}`,
  delegated: (agent: Phrase, goal: Phrase) => say`Handed over to the agent ${agent} with goal: ${goal}`,
  initiator: {
    user: (id: Phrase) => id,
    service: (id: Phrase | undefined) => (id ? say`the service ${id}` : say`a service`),
    agent: (id: Phrase | undefined) => (id ? say`the agent ${id}` : say`another agent`),
    schedule: (id: Phrase | undefined) => (id ? say`the schedule ${id}` : say`a schedule`),
  },
  initiatorUnknown: say`somebody who is not on record`,
  said: {
    user: (content: Phrase) => say`The user said: ${content}`,
    assistant: (content: Phrase) => say`The agent answered: ${content}`,
    system: (content: Phrase) => say`The agent was instructed: ${content}`,
    developer: (content: Phrase) => say`The agent was instructed by its developer: ${content}`,
    agent: (content: Phrase) => say`Another agent said: ${content}`,
    tool: (content: Phrase) => say`A tool reported: ${content}`,
  },

  called: {
    tool: (tool: Phrase, purpose: Phrase) => say`Agent called ${tool} to ${purpose}`,
    agent: (tool: Phrase, purpose: Phrase) => say`Agent asked another agent, by ${tool}, to ${purpose}`,
    memory: (tool: Phrase, purpose: Phrase) => say`Agent used its memory ${tool} to ${purpose}`,
  },
  calledWithoutPurpose: (tool: Phrase) => say`Agent called ${tool}; it did not say what for`,
  carryOut: (action: Phrase) => say`carry out what was decided: ${action}`,
  earlierDecision: say`a decision that an earlier page tells`,
  purposeFrom: {
    stated: say`stated by the agent`,
    decision: say`from the decision behind the call`,
    name: say`inferred from the tool's name`,
  },
  answered: {
    ok: (tool: Phrase, summary: Phrase | undefined) =>
      summary ? say`${tool} answered: ${summary}` : say`${tool} answered`,
    error: (tool: Phrase, why: Phrase | undefined) =>
      why ? say`${tool} failed: ${why}` : say`${tool} failed`,
    timeout: (tool: Phrase, why: Phrase | undefined) =>
      why ? say`${tool} did not answer in time: ${why}` : say`${tool} did not answer in time`,
    cancelled: (tool: Phrase, why: Phrase | undefined) =>
      why ? say`The call of ${tool} was cancelled: ${why}` : say`The call of ${tool} was cancelled`,
    denied: (tool: Phrase, why: Phrase | undefined) =>
      why ? say`${tool} refused the call: ${why}` : say`${tool} refused the call`,
  },
  someTool: say`A tool`,

  decided: (action: Phrase) => say`Agent decided: ${action}`,
  decidedNothing: say`Agent decided to do none of what it considered`,
  reasonsFrom: {
    stated: say`stated by the agent before it acted`,
    extracted: say`extracted from the model's own reasoning`,
    reconstructed: say`reconstructed afterwards`,
  },
  outcome: {
    selected: 'selected',
    rejected: 'rejected',
    not_applicable: 'not applicable',
    not_triggered: 'not triggered',
  },
  policy: {
    allowed: (policy: Phrase) => say`The policy ${policy} allowed it`,
    blocked: (policy: Phrase) => say`The policy ${policy} did not allow it`,
    modified: (policy: Phrase) => say`The policy ${policy} changed it`,
  },

  escalated: (question: Phrase) => say`Agent asked a person before going on: ${question}`,
  humanDecided: {
    approved: (who: Phrase, waited: Phrase | undefined) =>
      waited ? say`${who} approved, ${waited} after the question` : say`${who} approved`,
    rejected: (who: Phrase, waited: Phrase | undefined) =>
      waited ? say`${who} said no, ${waited} after the question` : say`${who} said no`,
    changed: (who: Phrase, waited: Phrase | undefined) =>
      waited
        ? say`${who} approved with changes, ${waited} after the question`
        : say`${who} approved with changes`,
  },
  intervened: {
    stop: (who: Phrase) => say`${who} stopped the agent`,
    override: (who: Phrase) => say`${who} overrode the agent`,
    correct: (who: Phrase) => say`${who} corrected the agent`,
  },
  assurance: {
    verified: say`identity verified`,
    asserted: say`identity as reported by the agent, not verified`,
    unknown: say`nothing says how the identity was established`,
    authenticated: (how: Phrase) => say`authenticated by ${how}`,
    reported: say`reported by the agent, not authenticated`,
    signedIn: say`signed in with the tenant's own identity provider`,
    holdsToken: (id: Phrase) => say`whoever holds the access token ${id}`,
  },
  suspended: (waitingFor: Phrase | undefined) =>
    waitingFor ? say`Task paused, waiting for ${waitingFor}` : say`Task paused`,
  resumed: (paused: Phrase | undefined) => (paused ? say`Task resumed after ${paused}` : say`Task resumed`),

  completed: (duration: Phrase | undefined, output: Phrase | undefined) => {
    const ended = duration
      ? say`Task completed successfully in ${duration}.`
      : say`Task completed successfully.`;
    return output ? say`${ended} Output: ${output}` : ended;
  },
  failed: (duration: Phrase | undefined, reason: Phrase) =>
    duration ? say`Task failed after ${duration}: ${reason}` : say`Task failed: ${reason}`,
  cancelled: (by: Phrase | undefined, duration: Phrase | undefined, reason: Phrase | undefined) => {
    const who = by ? say`Task called off by ${by}` : say`Task called off`;
    const after = duration ? say`${who} after ${duration}` : who;
    return reason ? say`${after}: ${reason}` : after;
  },

  accessed: {
    read: (what: Phrase, store: Phrase) => say`Agent read ${what} from ${store}`,
    write: (what: Phrase, store: Phrase) => say`Agent wrote ${what} to ${store}`,
    delete: (what: Phrase, store: Phrase) => say`Agent deleted ${what} from ${store}`,
  },
  records: (count: number | undefined) =>
    count === undefined ? 'data' : count === 1 ? '1 record' : `${count} records`,
  agentChanged: {
    model: (from: Phrase, to: Phrase) => say`The agent's model changed from ${from} to ${to}`,
    prompt: (from: Phrase, to: Phrase) => say`The agent's prompt changed from ${from} to ${to}`,
    tools: (from: Phrase, to: Phrase) => say`The agent's tools changed from ${from} to ${to}`,
    policy: (from: Phrase, to: Phrase) => say`The agent's policy changed from ${from} to ${to}`,
  },
  notSaid: say`something that is not on record`,
  reviewed: (who: Phrase, what: Phrase, conclusion: Phrase | undefined) =>
    conclusion ? say`${who} reviewed ${what} and concluded: ${conclusion}` : say`${who} reviewed ${what}`,
  reviewedThing: {
    this: say`this task`,
    task: (id: Phrase) => say`the task ${id}`,
    events: say`a range of events`,
  },
  conclusion: {
    accepted: say`accepted`,
    accepted_with_findings: say`accepted, with findings`,
    rejected: say`rejected`,
  },
  reviewedHead: (size: number, events: number) =>
    say`${events} ${events === 1 ? 'event' : 'events'}, at the checkpoint of ${size} ${size === 1 ? 'record' : 'records'}`,
  signedOff: (who: Phrase, conclusion: Phrase | undefined, goneOn: boolean) =>
    say`${who}${conclusion ? say`: ${conclusion}` : undefined}${goneOn ? ' (events were recorded after that)' : ''}`,
  governed: (type: string, who: Phrase) => say`${type} by ${who}`,
  unknownEvent: (type: Phrase) => say`An event of the type ${type} was recorded`,

  withheld: {
    permission: '(withheld: needs the permission to read personal fields)',
    erased: '(erased, or not kept)',
  },

  label: {
    input: 'Input',
    trigger: 'Trigger',
    requester: 'Requester',
    onBehalfOf: 'On behalf of',
    subTaskOf: 'Part of task',
    subTask: 'Its own task',
    purpose: 'Purpose',
    server: 'Server',
    permissions: 'Elevated permissions',
    sideEffect: 'Changes something outside the agent',
    attempt: 'Attempt',
    latency: 'Took',
    errorCode: 'Error code',
    error: 'Error',
    reasons: 'Reasons',
    reasonsFrom: 'Where the reasons come from',
    policies: 'Policies referred to',
    reason: 'Reason',
    why: 'Justification',
    askedOf: 'Asked of',
    deadline: 'Deadline',
    until: 'Until',
    answer: 'Answer',
    approver: 'How sure we are who it was',
    channel: 'Channel',
    tokens: 'Tokens',
    cost: 'Cost',
    lastState: 'Last known state',
    resource: 'Resource',
    system: 'System',
    dataClasses: 'Data classes',
    approvedBy: 'Approved by',
    comment: 'Comment',
    reviewedHead: 'What was looked at',
    range: 'Range',
    decision: 'Decision behind it',
    noDecision: 'none on record',
    late: 'Recorded',
    erased: 'Erased',
  },
  yes: 'yes',
  erasedOn: (at: Phrase, by: Phrase, request: Phrase) => say`on ${at} by ${by}, request ${request}`,
  recordedLate: (later: Phrase, at: Phrase) => say`${later} after it occurred, at ${at} (backfill)`,

  tokens: (kinds: readonly [string, number][]) => kinds.map(([kind, count]) => `${count} ${kind}`).join(', '),
  tokenKinds: { input: 'in', output: 'out', cached: 'cached', reasoning: 'reasoning', total: 'in all' },

  duration: {
    ms: (count: number) => `${count} ms`,
    seconds: (count: number) => (count === 1 ? '1 second' : `${count} seconds`),
    minutes: (count: number) => (count === 1 ? '1 minute' : `${count} minutes`),
    hours: (count: number) => (count === 1 ? '1 hour' : `${count} hours`),
    days: (count: number) => (count === 1 ? '1 day' : `${count} days`),
  },

  finding: {
    events_missing: (count: number) =>
      count === 1
        ? say`1 event of this task is missing: the numbers that the agent gave its events have a gap.`
        : say`${count} events of this task are missing: the numbers that the agent gave its events have gaps.`,
    call_without_result: (count: number, which: Phrase) =>
      count === 1
        ? say`1 call has no result on record: ${which}.`
        : say`${count} calls have no result on record: ${which}.`,
    result_without_call: (count: number) =>
      count === 1
        ? say`1 result belongs to no call on record.`
        : say`${count} results belong to no call on record.`,
    escalation_without_decision: (count: number) =>
      count === 1
        ? say`1 question to a person has no answer on record.`
        : say`${count} questions to a person have no answer on record.`,
    no_start: () => say`The start of the task is not on record.`,
    no_end: () => say`The task has no end on record: it is still running, or its end was never recorded.`,
    several_ends: (count: number) => say`The task ended ${count} times on record.`,
    events_refused: (count: number) =>
      count === 1
        ? say`1 event of this tenant was refused while the task ran; it may have been of this task (see the quarantine).`
        : say`${count} events of this tenant were refused while the task ran; some may have been of this task (see the quarantine).`,
  },
  complete: say`Nothing is missing that the records would show: every call has a result, every question an answer, the numbering has no gap, and the task has an end.`,
  completeSoFar: say`Up to here nothing is missing that the records would show; the task goes on on the next page.`,
  unnumbered: (count: number) =>
    count === 1
      ? say`1 event carries no number, so a loss beside it would not show.`
      : say`${count} events carry no number, so a loss among them would not show.`,

  summary: {
    heading: 'Summary',
    story: 'What happened',
    completeness: 'Is anything missing?',
    integrity: 'How to verify',
    task: 'Task',
    goal: 'Goal',
    outcome: 'Outcome',
    started: 'Started',
    ended: 'Ended',
    duration: 'Duration',
    requester: 'Requested by',
    approvers: 'Decided by people',
    reviews: 'Signed off',
    agents: 'Agents',
    model: 'Model',
    prompt: 'Prompt',
    policies: 'Policies',
    changes: 'Changes of the agent during the task',
    noChanges: 'none on record',
    dataRead: 'Data classes read',
    dataWritten: 'Data classes written or deleted',
    none: 'none on record',
    writes: 'Writes and other lasting effects',
    tokens: 'Tokens',
    cost: 'Cost',
    events: 'Events',
    late: 'Recorded late (backfill)',
    times: 'Times',
    retainUntil: 'Kept at least until',
    outcomes: {
      completed: 'Completed successfully',
      failed: 'Failed',
      cancelled: 'Called off',
      open: 'No end on record',
    },
  },
  effects: (total: number, undecided: number) =>
    total === 0
      ? say`none on record`
      : undecided === 0
        ? say`${total}, each with a decision behind it`
        : say`${total}, of which ${undecided} without a decision behind ${undecided === 1 ? 'it' : 'them'}`,
  shown: (shown: number, total: number) => say`showing ${shown} of ${total} events`,
  lateEvents: (late: number, total: number) =>
    late === 0 ? say`none of ${total}` : say`${late} of ${total}`,
  clocks: (zone: Phrase) =>
    say`Shown in ${zone}. "Occurred" is the clock of the agent; "recorded" is the clock of this audit trail's writer. Neither is cosigned by a third party.`,
  verifyWith: say`This page is a rendering and proves nothing by itself. The same address answers JSON with each record, its proof and the signed checkpoint; the verifier and the console check them against the tenant's verifier key.`,
  checkpointOf: (size: number) => say`All proofs lead to the checkpoint of ${size} records:`,
  more: say`The task goes on; the next page begins where this one ends.`,
};

/** The shape that every language has. */
export type Messages = typeof english;
