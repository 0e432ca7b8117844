import { z } from 'zod';
import { count, digestSchema, timestamp } from '../../../core/event/values.ts';
import { quarantineFilterSchema } from '../../../core/query/quarantine.ts';
import { sentVerdictSchema } from '../../ingest-api/operations.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { cursorSchema, limitSchema } from '../../shared/http/query-parameters.ts';
import { nextCursor } from './events.ts';

const refusedSchema = z
  .strictObject({
    quarantine_id: z.string(),
    code: z.string(),
    detail: z.string(),
    digest: digestSchema.meta({ description: 'Over the text that was refused.' }),
    bytes: count(),
    source: z.string(),
    emitter_id: z.string().optional(),
    event_id: z.string().optional(),
    content_hash: z.string().optional(),
    received_at: timestamp(),
    refused_at: timestamp(),
    content: z
      .string()
      .optional()
      .meta({ description: 'With personal:read, where claim and tenant were verified: the text.' }),
  })
  .meta({ id: 'RefusedEvent' });

export const listQuarantine = {
  id: 'listQuarantine',
  leaves: { accessTo: 'quarantine' },
  tag: 'Quarantine',
  method: 'GET',
  path: '/v1/audit/quarantine',
  scopes: ['events:read'],
  summary: 'What was refused and why, newest first',
  description: 'A page of a code that is rare may be shorter than `limit`, or empty: the cursor goes on.',
  query: z.strictObject({ ...quarantineFilterSchema.shape, limit: limitSchema, cursor: cursorSchema }),
  answers: {
    200: {
      description: 'A page of refusals.',
      schema: z.strictObject({ quarantine: z.array(refusedSchema), next_cursor: nextCursor }),
      example: {
        quarantine: [
          {
            quarantine_id: '5b1e2f3a4c5d6e7f',
            code: 'schema_invalid',
            detail: '/payload/tool: expected an object',
            digest: 'sha256:89718c235102db409a07c2fb07626dc746b4817ffbda3ccf7850cc50c59168c6',
            bytes: 812,
            source: 'sqs',
            emitter_id: 'support-fleet',
            received_at: '2026-11-24T09:00:01.000Z',
            refused_at: '2026-11-24T09:00:03.000Z',
          },
        ],
        next_cursor: null,
      },
    },
  },
} as const satisfies Operation;

export const retryRefused = {
  id: 'retryRefused',
  leaves: {
    nothing: 'What is sent again becomes a record itself, with its sender, or is refused once more.',
  },
  tag: 'Quarantine',
  repeats: 'What is sent again keeps its ids, which the log takes once.',
  method: 'POST',
  path: '/v1/audit/quarantine/{quarantine_id}/retry',
  scopes: ['events:write'],
  summary: 'Sends again what was refused',
  description:
    'After whatever stood in the way was put right. It is judged anew, as if the caller sent it now, and the caller is the ' +
    'sender on its record. What was refused stays in the quarantine until its time. Of a message that was refused as a ' +
    'whole all events are sent. An event is recorded once, however often it is sent.',
  params: z.strictObject({
    quarantine_id: z.string().regex(/^[0-9a-f]{32}$/, 'expected the quarantine_id of a refusal'),
  }),
  answers: {
    202: {
      description: 'What is accepted now is in the queue.',
      schema: sentVerdictSchema,
      example: {
        accepted: [
          {
            event_id: '01a20ce4-0944-75f0-97a9-79614301241a',
            content_hash: 'sha256:dbce278aa729a7e0299b7a879dd292bb05b2b0de9fad3f6efb2e6a39c8f16881',
          },
        ],
        rejected: [],
      },
    },
  },
  problems: ['not_found', 'conflict'],
} as const satisfies Operation;
