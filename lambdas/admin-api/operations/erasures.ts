import { z } from 'zod';
import { eventIdSchema } from '../../../core/event/ids.ts';
import { count, short, timestamp } from '../../../core/event/values.ts';
import { ERASURE_STATUSES } from '../../../core/retention/erasure.ts';
import type { Operation } from '../../shared/http/operation.ts';

const path = '/v1/audit/erasures';
const one = `${path}/{erasure_id}` as const;
const params = z.strictObject({ erasure_id: eventIdSchema });
const common = { tag: 'Erasures', scopes: ['retention'] } as const;

const erasureSchema = z
  .strictObject({
    erasure_id: eventIdSchema,
    subject: z
      .strictObject({ type: short(), pseudonym: short() })
      .optional()
      .meta({ description: 'The id is not kept, but its keyed pseudonym.' }),
    user_id: short().optional(),
    request: z.string(),
    preview: z.boolean(),
    status: z.enum(ERASURE_STATUSES).meta({
      description: 'Blocked: a legal hold keeps some of the records, and nothing was erased.',
    }),
    requested_at: timestamp(),
    requested_by: z.strictObject({ type: short(), id: short() }),
    finished_at: timestamp().optional(),
    tree_size: count().optional().meta({ description: 'Records below this index were looked at.' }),
    found: z
      .strictObject({
        records: count().meta({ description: 'Records about the target with something to erase.' }),
        fields: z.array(z.strictObject({ pointer: z.string(), count: count() })),
        blocked: z.array(z.strictObject({ hold_id: eventIdSchema, records: count() })),
        exports: z.array(z.strictObject({ export_id: short(), at: timestamp() })).meta({
          description: 'Exports with personal fields made before: copies that left are not in our hands.',
        }),
      })
      .optional(),
    document: z.string().optional().meta({ description: 'Name of the certificate in the archive.' }),
  })
  .meta({ id: 'Erasure' });

const EXAMPLE = {
  erasure_id: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
  subject: { type: 'customer', pseudonym: `hmac-sha256:${'cd'.repeat(32)}` },
  request: 'DSR-2026-118',
  preview: true,
  status: 'queued',
  requested_at: '2026-11-24T09:00:00.000Z',
  requested_by: { type: 'token', id: '01a20ce4-05c0-7f11-8d4e-1b0c5c1f9e01' },
} as const;

const DONE = {
  ...EXAMPLE,
  status: 'done',
  finished_at: '2026-11-24T09:00:04.000Z',
  tree_size: 48_210,
  found: {
    records: 14,
    fields: [
      { pointer: '/payload/goal', count: 2 },
      { pointer: '/payload/input', count: 12 },
    ],
    blocked: [],
    exports: [{ export_id: '01a20ce4-0944-75f0-97a9-79614301241a', at: '2026-11-20T09:00:00.000Z' }],
  },
} as const;

export const requestErasure = {
  ...common,
  id: 'requestErasure',
  leaves: { accessTo: 'erasure' },
  method: 'POST',
  path,
  summary: 'Erases the personal fields of a subject or a user; the records stay and verify',
  description:
    'A job. With `preview` it looks, counts and changes nothing. Otherwise it destroys what opens the commitments of ' +
    'every record about the target, unless a legal hold keeps one of them: then nothing is erased, and the holds are ' +
    'named. What was done is a record, `ERASURE_PERFORMED`, and a certificate.',
  body: {
    schema: z
      .strictObject({
        subject: z.strictObject({ type: short(), id: short() }).optional(),
        user_id: short().optional(),
        request: z
          .string()
          .min(1)
          .max(256)
          .meta({ description: 'The reference of the request that it answers; stands in the record.' }),
        preview: z.boolean().default(false),
      })
      .refine(({ subject, user_id }) => (subject === undefined) !== (user_id === undefined), {
        error: 'expected either a subject or a user_id',
      }),
    example: { subject: { type: 'customer', id: 'c-7' }, request: 'DSR-2026-118', preview: true },
  },
  answers: { 202: { description: 'It is queued.', schema: erasureSchema, example: EXAMPLE } },
} as const satisfies Operation;

export const listErasures = {
  ...common,
  id: 'listErasures',
  leaves: { accessTo: 'erasures' },
  method: 'GET',
  path,
  summary: 'All erasures and previews',
  answers: {
    200: {
      description: 'The oldest first.',
      schema: z.strictObject({ erasures: z.array(erasureSchema) }),
      example: { erasures: [DONE] },
    },
  },
} as const satisfies Operation;

export const getErasure = {
  ...common,
  id: 'getErasure',
  leaves: { accessTo: 'erasure', coalesced: () => true },
  method: 'GET',
  path: one,
  params,
  summary: 'One erasure and what it found',
  answers: { 200: { description: 'As it is now.', schema: erasureSchema, example: DONE } },
  problems: ['not_found'],
} as const satisfies Operation;
