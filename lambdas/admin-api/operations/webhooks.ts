import { z } from 'zod';
import { eventIdSchema } from '../../../core/event/ids.ts';
import { count, short, timestamp } from '../../../core/event/values.ts';
import { attemptSchema, PROBLEMS } from '../../../core/webhook/delivery.ts';
import { webhookFilterSchema } from '../../../core/webhook/endpoint.ts';
import { receiverSchema } from '../../../core/webhook/receiver.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { cursorSchema, limitSchema } from '../../shared/http/query-parameters.ts';
import { DELIVERY, EXAMPLE, ISSUED } from './webhook-examples.ts';

const path = '/v1/audit/webhooks';
const one = `${path}/{webhook_id}` as const;
const params = z.strictObject({ webhook_id: eventIdSchema });
const common = { tag: 'Webhooks', scopes: ['webhooks'] } as const;

const urlSchema = z.string().min(1).max(2_000);
const credentialSchema = z
  .string()
  .min(1)
  .max(2_000)
  .regex(/^[\x21-\x7e]+$/, 'expected visible ASCII without spaces')
  .meta({
    description:
      'What the receiver gave you: HEC token, API key, client secret. Kept where secrets are, never shown.',
  });
const indexSchema = count().meta({ description: 'An index of the log, at most its size.' });

const shownShape = {
  webhook_id: eventIdSchema,
  name: short().optional(),
  url: z.string(),
  receiver: receiverSchema,
  filter: webhookFilterSchema,
  state: z.enum(['enabled', 'failing', 'disabled']),
  disabled: z
    .strictObject({ at: timestamp().optional(), reason: z.enum(['by_request', 'gone', 'failed_for_days']) })
    .optional(),
  public_key: z.string().optional().meta({ description: '`whpk_…`, where messages are signed with `v1a`.' }),
  next_index: count().meta({ description: 'Everything below was delivered, or is none of what it gets.' }),
  behind: count().meta({ description: 'Records of the log, of any type, from there to its end.' }),
  delivered: count(),
  refused: count().meta({ description: 'Records that the receiver said it will never take.' }),
  failures: count().meta({ description: 'Failed attempts in a row.' }),
  failing_since: timestamp().optional(),
  next_attempt_at: timestamp().optional(),
  last_success_at: timestamp().optional(),
  last_failure: z
    .strictObject({ at: timestamp(), problem: z.enum(PROBLEMS), status: z.int().optional() })
    .optional(),
  created_at: timestamp(),
  created_by: short(),
};
const shownSchema = z.strictObject(shownShape).meta({ id: 'Webhook' });
const issuedSchema = z
  .strictObject({
    ...shownShape,
    secret: z.string().optional().meta({
      description: '`whsec_…`, shown this once; with `v1a` the public key is all that there is to show.',
    }),
  })
  .meta({ id: 'IssuedWebhook' });

export const createWebhook = {
  ...common,
  id: 'createWebhook',
  leaves: { acts: ['WEBHOOK_CHANGED'] },
  method: 'POST',
  path,
  summary: 'Sets up an endpoint that records are pushed to',
  description:
    'It gets what `GET /v1/audit/events` gives for the same filter, in the order of the log, from now on or from ' +
    '`from_index`. Personal fields stay committed. The token needs `events:read` too, since it would give out what it ' +
    'can not read otherwise.',
  body: {
    schema: z.strictObject({
      url: urlSchema,
      name: short().optional(),
      receiver: receiverSchema.default({ kind: 'standard', signature: 'v1' }),
      filter: webhookFilterSchema.default({}),
      credential: credentialSchema.optional(),
      from_index: indexSchema.optional(),
    }),
    example: { url: 'https://hooks.customer.example/audit', filter: { category: 'all' } },
  },
  answers: { 201: { description: 'It is sent to from now on.', schema: issuedSchema, example: ISSUED } },
  problems: ['conflict', 'unavailable'],
} as const satisfies Operation;

export const listWebhooks = {
  ...common,
  id: 'listWebhooks',
  leaves: { accessTo: 'webhooks' },
  method: 'GET',
  path,
  summary: 'Endpoints and how far they are',
  answers: {
    200: {
      description: 'Those that were not removed, oldest first.',
      schema: z.strictObject({ webhooks: z.array(shownSchema) }),
      example: { webhooks: [EXAMPLE] },
    },
  },
} as const satisfies Operation;

export const getWebhook = {
  ...common,
  id: 'getWebhook',
  leaves: { accessTo: 'webhook', coalesced: () => true },
  method: 'GET',
  path: one,
  params,
  summary: 'One endpoint and how far it is',
  answers: { 200: { description: 'As it is now.', schema: shownSchema, example: EXAMPLE } },
  problems: ['not_found'],
} as const satisfies Operation;

export const changeWebhook = {
  ...common,
  id: 'changeWebhook',
  leaves: { acts: ['WEBHOOK_CHANGED'] },
  method: 'PATCH',
  path: one,
  params,
  summary: 'Changes an endpoint, or switches it off or on again',
  description:
    'What is not named stays. `"state": "enabled"` also tries at once where the endpoint waits after failures: it ' +
    'goes on from where it stood, and nothing is left out.',
  body: {
    schema: z
      .strictObject({
        url: urlSchema.optional(),
        name: short().optional(),
        filter: webhookFilterSchema.optional(),
        state: z.enum(['enabled', 'disabled']).optional(),
      })
      .refine((change) => Object.values(change).some((value) => value !== undefined), {
        error: 'expected something to change: url, name, filter or state',
      }),
    example: { state: 'disabled' },
  },
  answers: {
    200: {
      description: 'As it is now.',
      schema: shownSchema,
      example: { ...EXAMPLE, state: 'disabled', disabled: { reason: 'by_request' } },
    },
  },
  problems: ['not_found', 'conflict', 'unavailable'],
} as const satisfies Operation;

export const removeWebhook = {
  ...common,
  id: 'removeWebhook',
  leaves: { acts: ['WEBHOOK_CHANGED'] },
  method: 'DELETE',
  path: one,
  params,
  summary: 'Removes an endpoint and its secrets',
  answers: {
    200: {
      description: 'Nothing is sent to it any more.',
      schema: z.strictObject({ webhook_id: eventIdSchema, removed_at: timestamp() }),
      example: { webhook_id: EXAMPLE.webhook_id, removed_at: '2026-11-24T10:00:00.000Z' },
    },
  },
  problems: ['not_found', 'conflict', 'unavailable'],
} as const satisfies Operation;

export const testWebhook = {
  ...common,
  id: 'testWebhook',
  leaves: { accessTo: 'webhook' },
  method: 'POST',
  path: `${one}/test`,
  params,
  summary: 'Sends a test message',
  description:
    'Once, whatever the state of the endpoint: the newest record that it gets, again, or an empty message where there ' +
    'is none. What came of it is in the deliveries, under this id.',
  answers: {
    202: {
      description: 'It is on its way.',
      schema: z.strictObject({ delivery_id: eventIdSchema }),
      example: { delivery_id: DELIVERY.delivery_id },
    },
  },
  problems: ['not_found', 'unavailable'],
} as const satisfies Operation;

export const replayWebhook = {
  ...common,
  id: 'replayWebhook',
  leaves: { acts: ['WEBHOOK_CHANGED'] },
  method: 'POST',
  path: `${one}/replay`,
  params,
  summary: 'Sends everything again from an index of the log',
  description: 'Under new message ids. An index beyond what was delivered leaves out what lies between.',
  body: { schema: z.strictObject({ from_index: indexSchema }), example: { from_index: 4_200 } },
  answers: { 200: { description: 'It begins there.', schema: shownSchema, example: EXAMPLE } },
  problems: ['not_found', 'conflict', 'unavailable'],
} as const satisfies Operation;

export const rotateWebhookSecret = {
  ...common,
  id: 'rotateWebhookSecret',
  leaves: { acts: ['WEBHOOK_CHANGED'] },
  method: 'POST',
  path: `${one}/secret`,
  params,
  summary: 'Makes a new secret, which is shown this once',
  description:
    'Until the overlap ends, messages carry a signature of each: a receiver that knows either takes them.',
  body: {
    schema: z.strictObject({
      overlap_hours: z
        .int()
        .min(0)
        .max(168)
        .default(24)
        .meta({ description: 'How long the old one signs as well; 0 where it has leaked.' }),
      credential: credentialSchema.optional(),
    }),
    example: { overlap_hours: 24 },
  },
  answers: { 201: { description: 'It signs from now on.', schema: issuedSchema, example: ISSUED } },
  problems: ['not_found', 'conflict', 'unavailable'],
} as const satisfies Operation;

export const listDeliveries = {
  ...common,
  id: 'listDeliveries',
  leaves: { accessTo: 'webhook_deliveries', coalesced: () => true },
  method: 'GET',
  path: `${one}/deliveries`,
  params,
  summary: 'Attempts of the last thirty days, newest first',
  query: z.strictObject({ limit: limitSchema, cursor: cursorSchema }),
  answers: {
    200: {
      description: 'One entry an attempt. Nothing that the receiver said is in it but the status.',
      schema: z.strictObject({ deliveries: z.array(attemptSchema), next_cursor: z.string().nullable() }),
      example: { deliveries: [DELIVERY], next_cursor: null },
    },
  },
  problems: ['not_found'],
} as const satisfies Operation;
