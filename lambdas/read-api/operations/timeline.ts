import { z } from 'zod';
import { OPTION_OUTCOMES } from '../../../core/event/options.ts';
import { count, short } from '../../../core/event/values.ts';
import { FINDING_CODES } from '../../../core/narrative/completeness.ts';
import { TONES } from '../../../core/narrative/entry.ts';
import { isTimeZone } from '../../../core/narrative/time.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { limitSchema } from '../../shared/http/query-parameters.ts';
import { eventPageShape } from './events.ts';
import { CHECKPOINT_EXAMPLE, ENTRY_EXAMPLE } from './examples.ts';

const factSchema = z.strictObject({ label: z.string(), value: z.string() }).meta({ id: 'Fact' });

const lineSchema = z
  .strictObject({
    log_index: count(),
    event_id: z.string(),
    event_type: z.string(),
    occurred_at: z.string(),
    recorded_at: z.string(),
    late: count()
      .optional()
      .meta({ description: 'Milliseconds from occurring to being recorded, where it was handed in later.' }),
    tone: z.enum(TONES),
    text: z.string(),
    body: z.array(z.string()).optional().meta({ description: 'The reasons of a decision, in full.' }),
    options: z
      .array(
        z.strictObject({
          option: z.string(),
          outcome: z.enum(OPTION_OUTCOMES),
          reason: z.string().optional(),
        }),
      )
      .optional(),
    facts: z.array(factSchema).optional(),
    sub_task_id: short().optional().meta({ description: 'The task that was handed over.' }),
  })
  .meta({ id: 'StoryLine', description: 'A record in plain language; a rendering, which proves nothing.' });

const completenessSchema = z
  .strictObject({
    whole: z.boolean().meta({ description: 'Whether this is the verdict on all events of the task.' }),
    complete: z.boolean(),
    findings: z.array(z.strictObject({ code: z.enum(FINDING_CODES), count: count(), text: z.string() })),
    unnumbered: count().meta({
      description: 'Events that bear no number, so that a loss beside them would not show.',
    }),
  })
  .meta({ id: 'Completeness', description: 'What the records say of themselves.' });

const timelineSchema = z
  .strictObject({
    task_id: short(),
    summary: z.array(factSchema),
    completeness: completenessSchema,
    story: z.array(lineSchema),
    ...eventPageShape,
    personal: z.boolean().meta({ description: 'Whether the token may see personal fields.' }),
    retain_days: count().meta({ description: 'For how many days a record is kept at least.' }),
  })
  .meta({ id: 'Timeline' });

const TEXT = 'Agent called orders.get to see what was bought';
const EXAMPLE = {
  task_id: 'task-refund-4711',
  summary: [{ label: 'Requested by', value: 'user-2041 (identity verified)' }],
  completeness: { whole: true, complete: true, findings: [], unnumbered: 0 },
  story: [
    {
      log_index: ENTRY_EXAMPLE.log_index,
      event_id: ENTRY_EXAMPLE.record.event.event_id,
      event_type: 'TOOL_CALLED',
      occurred_at: '2026-11-24T09:30:02.100Z',
      recorded_at: '2026-11-24T09:30:03.120Z',
      tone: 'plain',
      text: TEXT,
      facts: [{ label: 'Input', value: 'order: 4711' }],
    },
  ],
  events: [ENTRY_EXAMPLE],
  checkpoint: CHECKPOINT_EXAMPLE,
  next_cursor: null,
  total_count: 1,
  schema_version: '1.0.0',
  personal: true,
  retain_days: 30,
};

export const getTimeline = {
  id: 'getTimeline',
  // A long task is read in many pages: those after the first are one record.
  leaves: { accessTo: 'timeline', coalesced: ({ query }) => query.cursor !== undefined },
  tag: 'Tasks',
  method: 'GET',
  path: '/v1/audit/tasks/{task_id}/timeline',
  scopes: ['events:read'],
  summary: 'A task in plain language',
  description:
    'In the order of `occurred_at`: the events of the task, the starts of the tasks that it handed over, the reviews of ' +
    'it. `Accept` chooses between JSON, an HTML document and Markdown. As JSON, `events` and `checkpoint` are a page ' +
    'that verifies by itself, and `story` tells it.',
  params: z.strictObject({ task_id: short() }),
  query: z.strictObject({
    limit: limitSchema,
    cursor: z.string().max(4_096).optional().meta({ description: 'The `next_cursor` of the page before.' }),
    time_zone: z
      .string()
      .max(64)
      .refine(isTimeZone, 'expected an IANA time zone, as Europe/Berlin')
      .default('UTC')
      .meta({ description: 'In which times are told; UTC stands beside them.' }),
  }),
  answers: {
    200: {
      description: 'A page of the timeline.',
      schema: timelineSchema,
      example: EXAMPLE,
      also: {
        'text/html; charset=utf-8': `<!doctype html>… ${TEXT} …`,
        'text/markdown; charset=utf-8': `1. ${TEXT}\n`,
      },
      headers: { Link: 'In HTML and Markdown: where the next page is, rel="next".' },
    },
  },
  problems: ['not_found'],
} as const satisfies Operation;
