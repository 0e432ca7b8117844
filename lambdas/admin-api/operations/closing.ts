import { z } from 'zod';
import { eventIdSchema } from '../../../core/event/ids.ts';
import { count, short, timestamp } from '../../../core/event/values.ts';
import type { Operation } from '../../shared/http/operation.ts';

const path = '/v1/audit/retention-policy/end';
const common = { tag: 'Retention', scopes: ['retention'] } as const;

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const confirm = short().meta({ description: 'The id of the tenant: nothing of this is done by accident.' });
const bundleSchema = z.strictObject({
  export_id: eventIdSchema,
  records: count(),
  sha256: digest.meta({ description: 'Of the zip.' }),
  manifest_sha256: digest,
});
const statementSchema = z
  .looseObject({ statement_version: z.literal(1), tenant: short(), ended_at: timestamp() })
  .meta({
    id: 'ClosingStatement',
    description: 'What was handed over, what is kept, where and until when (docs/retention.md).',
  });

const endSchema = z
  .strictObject({
    ended: z.boolean(),
    ended_at: timestamp().optional(),
    closing: z
      .strictObject({ event_id: eventIdSchema, statement: statementSchema })
      .optional()
      .meta({ description: 'The record that holds the closing statement.' }),
  })
  .meta({ id: 'ContractEnd' });

const ENDED = { ended: true, ended_at: '2026-11-24T09:00:00.000Z' } as const;
const BUNDLE = {
  export_id: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
  records: 1_042,
  sha256: `sha256:${'0'.repeat(64)}`,
  manifest_sha256: `sha256:${'1'.repeat(64)}`,
} as const;
const CLOSED = {
  ...ENDED,
  closing: {
    event_id: '01a20ce4-05c0-7f11-8d4e-1b0c5c1f9e01',
    statement: { statement_version: 1, tenant: 'acme', ended_at: ENDED.ended_at },
  },
} as const;

export const getContractEnd = {
  ...common,
  id: 'getContractEnd',
  leaves: { accessTo: 'retention_policy' },
  method: 'GET',
  path,
  summary: 'Whether the contract has ended, and what was stated then',
  answers: { 200: { description: 'As it stands.', schema: endSchema, example: CLOSED } },
} as const satisfies Operation;

export const endContract = {
  ...common,
  id: 'endContract',
  leaves: { acts: ['RETENTION_POLICY_CHANGED'] },
  method: 'POST',
  path,
  summary: 'Ends the contract: of agents, nothing that is sent from now on is recorded',
  description:
    'For the operator alone (`npm run tenant -- offboard`), who invokes the function; any bearer token is answered 403. It cannot ' +
    'be taken back. Asked for again it changes nothing and answers the same.',
  body: {
    schema: z.strictObject({ confirm, reason: z.string().min(1).max(1_000).optional() }),
    example: { confirm: 'acme', reason: 'Contract 17/2024 ends' },
  },
  answers: {
    200: { description: 'It has ended, and its record is on its way.', schema: endSchema, example: ENDED },
  },
  problems: ['conflict'],
} as const satisfies Operation;

export const stateClosing = {
  ...common,
  id: 'stateClosing',
  leaves: { acts: ['RETENTION_POLICY_CHANGED'] },
  method: 'POST',
  path: `${path}/statement`,
  summary: 'Makes the closing statement, as a record of the log',
  description:
    'For the operator alone, once the contract has ended and the last export was handed over. It is made once; asked for again, the ' +
    'answer is the statement that stands.',
  body: {
    schema: z.strictObject({
      confirm,
      bundle: bundleSchema,
      tokens_revoked: count(),
      emitters_removed: count(),
    }),
    example: { confirm: 'acme', bundle: BUNDLE, tokens_revoked: 3, emitters_removed: 1 },
  },
  answers: {
    200: { description: 'The statement, and the record that holds it.', schema: endSchema, example: CLOSED },
  },
  problems: ['conflict'],
} as const satisfies Operation;
