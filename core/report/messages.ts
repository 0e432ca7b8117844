import { type Phrase, say } from '../narrative/phrase.ts';

/** Everything that a report says of its own, in English; what its tasks tell is the narrative's. */
export const english = {
  title: say`Audit report`,
  subtitle: (tenant: Phrase) =>
    say`What the AI agents of ${tenant} did, told from a log that can be verified`,
  cover: {
    tenant: 'Tenant',
    log: 'Log',
    range: 'Time range',
    allTime: 'the whole log',
    since: (from: Phrase) => say`from ${from} on`,
    until: (to: Phrase) => say`until ${to}, exclusive`,
    between: (from: Phrase, to: Phrase) => say`from ${from}, inclusive, until ${to}, exclusive`,
    filter: 'Filter',
    noFilter: 'none: every record of an agent',
    personal: 'Personal fields',
    disclosed: 'shown, where they were not erased',
    committed: 'withheld; the records hold commitments to them',
    requestedBy: 'Requested by',
    requestedAt: 'Requested at',
    producedAt: 'Produced at',
    exportId: 'Export',
    records: 'Records',
    seen: 'First and last event',
    verdict: 'Verdict',
  },
  actor: {
    token: (id: Phrase) => say`holder of the API token ${id}`,
    operator: (id: Phrase) => say`operator ${id}`,
    user: (id: Phrase) => say`user ${id}`,
  },
  custody: {
    heading: say`Custody`,
    made: (version: Phrase, size: number) =>
      say`This report was made by the function export-records of agent-audit-trail ${version}, without a person's hand, from the first ${size} records of the log as they stood when the export began. Only the log's own writer can add records; nobody can change one without its showing.`,
    handed: say`It lies in the tenant's own storage, as a file of the export named above, until it is deleted there. That it was made is a record of the log, EXPORT_CREATED, which names the digest of every file of the export; each download is a record, EXPORT_DOWNLOADED, with who asked. What happens to a copy after that, the log does not see: the lines below are for whoever passes it on.`,
    by: 'Passed on by',
    to: 'Received by',
    date: 'Date',
    signature: 'Signature',
  },
  overview: {
    heading: say`Summary`,
    tasks: 'Tasks',
    completed: 'Completed',
    failed: 'Failed',
    cancelled: 'Called off',
    escalations: 'Questions to a person',
    decisions: 'Decisions by people',
    interventions: 'Interventions by people',
    agentDecisions: 'Decisions by agents',
    blocked: 'Policy evaluations',
    changes: 'Changes of agents',
    refused: 'Events refused by the log in this time',
    others: 'others',
    agents: say`Agents`,
    agent: ['Agent', 'Events'],
    tools: say`Tools`,
    tool: ['Tool', 'Calls', 'Without success'],
    data: say`Data accessed`,
    store: ['Store', 'Classes of data', 'Read', 'Written', 'Deleted'],
    events: say`Events by type`,
    event: ['Type', 'Events'],
    none: say`None on record.`,
    noClasses: say`not stated`,
    kept: (names: number) => say`Names beyond the first ${names} of a kind are counted as “…”.`,
  },
  completeness: {
    heading: say`Is anything missing?`,
    notJudged: (because: Phrase) =>
      say`Of the records of this report as a whole nothing can be said: ${because}. What is missing in a task stands with the task.`,
    complete: (tasks: number) =>
      say`Nothing is missing that the records would show, in ${tasks} ${tasks === 1 ? 'task' : 'tasks'}: every call has a result, every question an answer, no numbering has a gap, and each task has a start and an end.`,
    finding: {
      events_missing: (count: number) =>
        say`${count} events are missing: the numbers that agents gave their events have gaps.`,
      calls_without_result: (count: number) => say`${count} calls have no result on record.`,
      results_without_call: (count: number) => say`${count} results belong to no call on record.`,
      escalations_without_decision: (count: number) =>
        say`${count} questions to a person have no answer on record.`,
      tasks_without_start: (count: number) =>
        say`${count} tasks have no start among these records: it was before the range, or was never recorded.`,
      tasks_without_end: (count: number) =>
        say`${count} tasks have no end among these records: they ran on, or their end was never recorded.`,
      tasks_with_several_ends: (count: number) => say`${count} tasks ended more than once.`,
      events_refused: (count: number) =>
        say`${count} events of the tenant were refused by the log in this time.`,
    },
    unnumbered: (count: number) => say`${count} events carry no number, so a loss among them would not show.`,
    unjudged: (count: number) => say`${count} events are of tasks that were too many to be judged.`,
    never: say`No log shows what an agent never emitted.`,
  },
  integrity: {
    heading: say`Integrity`,
    verified: (records: number, size: number) =>
      say`VERIFIED. While this report was made, each of the ${records} records told in it was checked: its hash, its place in the log of ${size} records, and the log's signature.`,
    nothing: say`VERIFIED. The log's signature was checked; there is no record to tell.`,
    word: say`This page is still the maker's word. To check it, take the records out of this file (they are attached to it) and verify them offline with a key that you were given by another way:`,
    commands: (origin: string) =>
      [
        '# the attachments events.ndjson, checkpoint, verifier-key and keys.json, into a folder of their own',
        'pdfdetach -saveall -o evidence report.pdf     # or from the list of attachments of your PDF reader',
        `npm run verify -- evidence --key KEY          # KEY begins with ${origin}+`,
      ].join('\n'),
    shows: say`This shows that the records are those of the log, unchanged, and in their places. It does not show that the log was not given to others in another form: compare the checkpoint below with one that somebody else holds. Times are those of the agents and of the log's writer.`,
    key: 'Verifier key',
    checkpoint: say`Checkpoint`,
    checkpointText: say`The signed head of the log that all proofs of this report lead to (C2SP tlog-checkpoint):`,
    files: say`Files of this export`,
    filesText: say`The export holds all records that match, as files beside this report. Their digests:`,
    file: ['File', 'Octets', 'SHA-256'],
    moreFiles: (count: number, digest: Phrase) =>
      say`… and ${count} more. The SHA-256 over all names and digests, a line each in this order, is ${digest}.`,
  },
  tasks: {
    heading: say`Tasks`,
    none: say`No task is on record that matches.`,
    all: (tasks: number, records: number) =>
      say`All ${tasks} tasks are told, with ${records} records, each as it is in the log: also events of a task that the filter leaves out, so that a task is told whole.`,
    capped: (told: number, tasks: number, records: number, limits: Phrase) =>
      say`Told are the first ${told} of ${tasks} tasks, with ${records} records. A report ends at ${limits}; the other records are in the files of this export, whose digests are on the page before.`,
    limits: (tasks: number, records: number, megabytes: number) =>
      say`${tasks} tasks, ${records} records or ${megabytes} MB of records`,
    task: (id: Phrase) => say`Task ${id}`,
    cut: (shown: number, total: number) =>
      say`Here the report ends: of this task ${shown} of ${total} records are told.`,
    optionSelected: '✓',
    optionOther: '–',
  },
  signature: {
    heading: say`Review and signature`,
    text: say`The undersigned has read this report and, where marked, verified its evidence.`,
    checks: [
      say`[   ]  The evidence attached to this report was verified offline, under a key that came by another way.`,
      say`[   ]  The checkpoint was compared with one that another party holds.`,
      say`[   ]  Every finding under “Is anything missing?” was followed up.`,
    ],
    reviewed: say`Reviewed by`,
    approved: say`Approved by`,
    labels: ['Name and function', 'Place and date', 'Signature'],
    end: say`End of the report`,
  },
  pageOf: (title: string, page: number) => `${title} · page ${page}`,
};

export type ReportMessages = typeof english;
