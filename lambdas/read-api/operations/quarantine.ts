import { z } from 'zod';
import { count, digestSchema, timestamp } from '../../../core/event/values.ts';
import { quarantineFilterSchema } from '../../../core/query/quarantine.ts';
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
