import { z } from 'zod';
import { eventIdSchema } from '../../../core/event/ids.ts';
import { digestSchema } from '../../../core/event/values.ts';
import { hasScope } from '../../../core/identity/scope.ts';
import { receiptSchema } from '../../../core/receipt/receipt.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { RECEIPT_EXAMPLE } from './examples.ts';

const pendingSchema = z
  .strictObject({ status: z.literal('pending'), detail: z.string() })
  .meta({ id: 'Pending' });

export const getReceipt = {
  id: 'getReceipt',
  // A sender asks for each of its events, again and again until it is there.
  leaves: { accessTo: 'receipt', coalesced: ({ caller }) => !hasScope(caller.scopes, 'events:read') },
  tag: 'Events',
  method: 'GET',
  path: '/v1/audit/receipts/{id}',
  scopes: ['events:read', 'events:write'],
  claims: true,
  summary: 'The receipt of an event, by its id or its content hash',
  description:
    'A sender may ask with a claim as the bearer, for its own events. 422 gives the reason for which the event was ' +
    'refused. Of an id that is neither in the log nor refused nobody knows whether it was ever sent.',
  params: z.strictObject({
    id: z.union([eventIdSchema, digestSchema], {
      error: 'expected an event id (UUIDv7) or a content hash (sha256:…)',
    }),
  }),
  answers: {
    200: { description: 'It is in the log.', schema: receiptSchema, example: RECEIPT_EXAMPLE },
    202: {
      description: 'For senders: not in the log, and not refused. It does not say that the event was sent.',
      schema: pendingSchema,
      example: {
        status: 'pending',
        detail: 'Not in the log, and not refused. If it was sent, it is on its way.',
      },
      headers: { 'retry-after': 'Seconds after which to ask again.' },
    },
  },
  problems: ['not_found', 'purged', 'refused'],
} as const satisfies Operation;
