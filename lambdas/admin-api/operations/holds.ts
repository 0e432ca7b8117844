import { z } from 'zod';
import { eventIdSchema } from '../../../core/event/ids.ts';
import { count, short, timestamp } from '../../../core/event/values.ts';
import { holdFilterSchema } from '../../../core/retention/hold.ts';
import type { Operation } from '../../shared/http/operation.ts';

const path = '/v1/audit/legal-holds';
const one = `${path}/{hold_id}` as const;
const params = z.strictObject({ hold_id: eventIdSchema });
const common = { tag: 'Legal holds', scopes: ['retention'] } as const;
const actorSchema = z.strictObject({ type: short(), id: short() });
const reason = z.string().min(1).max(1_000);

const holdSchema = z
  .strictObject({
    hold_id: eventIdSchema,
    filter: holdFilterSchema,
    reason: z.string(),
    state: z.enum(['in_force', 'released', 'ended']).meta({ description: 'Ended: its time is over.' }),
    until: timestamp().optional(),
    placed_at: timestamp(),
    placed_by: actorSchema,
    released_at: timestamp().optional(),
    released_by: actorSchema.optional(),
    release_reason: z.string().optional(),
    secured_records: count().meta({
      description:
        'Of so many first records of the log, the objects with matches are under S3’s own legal hold.',
    }),
  })
  .meta({ id: 'LegalHold' });

const EXAMPLE = {
  hold_id: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
  filter: { task_id: 'task-1042' },
  reason: 'Litigation 7/26',
  state: 'in_force',
  placed_at: '2026-11-24T09:00:00.000Z',
  placed_by: { type: 'token', id: '01a20ce4-05c0-7f11-8d4e-1b0c5c1f9e01' },
  secured_records: 0,
} as const;

const RELEASED = {
  ...EXAMPLE,
  state: 'released',
  released_at: '2027-02-01T09:00:00.000Z',
  released_by: EXAMPLE.placed_by,
  release_reason: 'Settled',
} as const;

export const placeHold = {
  ...common,
  id: 'placeLegalHold',
  leaves: { acts: ['LEGAL_HOLD_PLACED'] },
  method: 'POST',
  path,
  summary: 'Keeps records from being purged or erased',
  description:
    'By task, agent, user, subject or time of occurrence; what is given must hold all at once. It takes in what is recorded later, too, ' +
    'and is in force when the answer comes. One that matches nothing now is refused, since that is mostly a ' +
    'typing error, unless `awaits` says that records are to come.',
  body: {
    schema: z.strictObject({
      filter: holdFilterSchema,
      reason: reason.meta({ description: 'Stands in the record.' }),
      until: timestamp()
        .optional()
        .meta({ description: 'It ends by itself then; without, when it is released.' }),
      awaits: z.boolean().optional().meta({ description: 'That nothing matches yet is no mistake.' }),
    }),
    example: { filter: { task_id: 'task-1042' }, reason: 'Litigation 7/26', awaits: true },
  },
  answers: {
    201: {
      description: 'It is in force; `matches` is how many records it keeps now.',
      schema: z.strictObject({ ...holdSchema.shape, matches: count() }).meta({ id: 'PlacedLegalHold' }),
      example: { ...EXAMPLE, matches: 14 },
    },
  },
} as const satisfies Operation;

export const listHolds = {
  ...common,
  id: 'listLegalHolds',
  leaves: { accessTo: 'legal_holds' },
  method: 'GET',
  path,
  summary: 'All legal holds, released ones included',
  answers: {
    200: {
      description: 'In the order in which they were placed.',
      schema: z.strictObject({ legal_holds: z.array(holdSchema) }),
      example: { legal_holds: [EXAMPLE] },
    },
  },
} as const satisfies Operation;

export const getHold = {
  ...common,
  id: 'getLegalHold',
  leaves: { accessTo: 'legal_hold' },
  method: 'GET',
  path: one,
  params,
  summary: 'One legal hold',
  answers: { 200: { description: 'As it is now.', schema: holdSchema, example: EXAMPLE } },
  problems: ['not_found'],
} as const satisfies Operation;

export const releaseHold = {
  ...common,
  id: 'releaseLegalHold',
  leaves: { acts: ['LEGAL_HOLD_RELEASED'] },
  method: 'DELETE',
  path: one,
  params,
  summary: 'Releases a legal hold',
  description:
    'What nothing else keeps is purged when it is due. A hold that somebody else placed is released by naming them, so that it is no oversight.',
  query: z.strictObject({
    reason: reason.meta({ description: 'Stands in the record.' }),
    placed_by: short()
      .optional()
      .meta({ description: 'The id of the one who placed it, where that is somebody else.' }),
  }),
  answers: { 200: { description: 'It keeps nothing any more.', schema: holdSchema, example: RELEASED } },
  problems: ['not_found', 'conflict'],
} as const satisfies Operation;
