import { z } from 'zod';
import { disclosureSchema } from '../../../core/event/commitment.ts';
import { SCHEMA_VERSION } from '../../../core/event/envelope.ts';
import { eventIdSchema } from '../../../core/event/ids.ts';
import { count, digestSchema, timestamp } from '../../../core/event/values.ts';
import { filterSchema } from '../../../core/query/filter.ts';
import { inclusionSchema } from '../../../core/receipt/entry.ts';
import { receiptSchema } from '../../../core/receipt/receipt.ts';
import { recordSignatureSchema } from '../../../core/receipt/record-signature.ts';
import { recordSchema } from '../../../core/record/record.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { cursorSchema, inOrder, limitSchema } from '../../shared/http/query-parameters.ts';
import { CHECKPOINT_EXAMPLE, ENTRY_EXAMPLE, RECEIPT_EXAMPLE, RECORD_EXAMPLE } from './examples.ts';

const disclosures = z
  .array(disclosureSchema)
  .optional()
  .meta({ description: 'With personal:read: what opens the commitments of the record.' });

const checkpointText = z
  .string()
  .meta({ description: 'A C2SP tlog-checkpoint, signed; all proofs beside it lead to its root.' });

export const nextCursor = z
  .string()
  .nullable()
  .meta({ description: 'Where the next page begins; null at the end.' });

/** That personal fields were erased. */
const erasedShape = {
  erasure_id: eventIdSchema,
  erased_at: timestamp(),
  erased_by: z.strictObject({ type: z.string(), id: z.string() }),
  request: z.string().meta({ description: 'The reference of the request that it answered.' }),
};

/** What a page of events holds, wherever one is answered. */
export const eventPageShape = {
  events: z.array(
    z
      .strictObject({
        record: recordSchema,
        disclosures,
        log_index: count(),
        leaf_hash: digestSchema,
        record_signature: recordSignatureSchema,
        proof: inclusionSchema,
      })
      .meta({ id: 'EventEntry', description: 'A record with its proof; `record` is exactly the leaf.' }),
  ),
  checkpoint: checkpointText,
  next_cursor: nextCursor.meta({
    description: 'Where the next page begins; null at the end, but never with order=log.',
  }),
  total_count: count().meta({ description: 'Exactly how many events match, on all pages together.' }),
  schema_version: z.string(),
  erased: z
    .array(z.strictObject({ log_index: count(), ...erasedShape }))
    .optional()
    .meta({ description: 'With personal:read: of which of these records the personal fields were erased.' }),
  read_from_archive: z.array(count()).optional().meta({
    description:
      'Indices of the records that have left the table (`archive_after_days`): they came out of the archive.',
  }),
  purged_before: timestamp().optional().meta({
    description: 'What was recorded before was purged, but for what is on hold. Absent where nothing was.',
  }),
};

const pageSchema = z.strictObject(eventPageShape).meta({ id: 'EventPage' });

export const listEvents = {
  id: 'listEvents',
  // A poller comes back every few seconds with the same question.
  leaves: { accessTo: 'events', coalesced: ({ query }) => query.order?.[0] === 'log' },
  tag: 'Events',
  method: 'GET',
  path: '/v1/audit/events',
  scopes: ['events:read'],
  summary: 'Events by any combination of filters',
  description:
    'What is given must hold all at once. In the order of `occurred_at` a walk from cursor to cursor is a snapshot of ' +
    'the log as it was at the first page. With order=log it never ends: keep the cursor and come back, and what was ' +
    'appended since is on the next page, late events included.',
  query: inOrder(
    z.strictObject({
      ...filterSchema.shape,
      order: z.enum(['occurred_at', 'log']).default('occurred_at'),
      limit: limitSchema,
      cursor: cursorSchema,
      tenant_id: z
        .string()
        .optional()
        .meta({ description: 'Checked, never believed: the token names the tenant.' }),
    }),
  ),
  answers: {
    200: {
      description: 'A page that verifies by itself.',
      schema: pageSchema,
      example: {
        events: [ENTRY_EXAMPLE],
        checkpoint: CHECKPOINT_EXAMPLE,
        next_cursor: null,
        total_count: 1,
        schema_version: SCHEMA_VERSION,
      },
    },
  },
} as const satisfies Operation;

export const getEvent = {
  id: 'getEvent',
  leaves: { accessTo: 'event' },
  tag: 'Events',
  method: 'GET',
  path: '/v1/audit/events/{event_id}',
  scopes: ['events:read'],
  summary: 'One event and its receipt',
  params: z.strictObject({ event_id: eventIdSchema }),
  answers: {
    200: {
      description: 'The record, and the proof that it is in the log.',
      schema: z
        .strictObject({
          record: recordSchema,
          disclosures,
          receipt: receiptSchema,
          erased: z.strictObject(erasedShape).optional(),
          read_from: z.literal('archive').optional().meta({
            description: 'The record has left the table (`archive_after_days`): it came out of the archive.',
          }),
        })
        .meta({ id: 'FoundEvent' }),
      example: { record: RECORD_EXAMPLE, receipt: RECEIPT_EXAMPLE },
    },
  },
  problems: ['not_found', 'purged'],
} as const satisfies Operation;
