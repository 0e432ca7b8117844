import { z } from 'zod';
import { eventIdSchema } from '../../../core/event/ids.ts';
import { short, timestamp } from '../../../core/event/values.ts';
import { SCOPE_PRESETS, SCOPES } from '../../../core/identity/scope.ts';
import { MOST_REQUESTS_PER_MINUTE } from '../../../core/identity/usage.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { jsonBody } from '../../shared/http/request.ts';

const PRESETS = Object.keys(SCOPE_PRESETS) as [keyof typeof SCOPE_PRESETS];
const path = '/v1/audit/tokens';
const one = `${path}/{token_id}` as const;
const params = z.strictObject({ token_id: z.string() });
const common = { tag: 'Tokens', scopes: ['tokens'] } as const;

const tokenShape = {
  token_id: eventIdSchema,
  name: short(),
  scopes: z.array(z.enum(SCOPES)),
  valid_until: timestamp().optional(),
  created_at: timestamp(),
  created_by: short(),
  requests_per_minute: z.int().positive().optional(),
  rotates: eventIdSchema.optional().meta({ description: 'The token that it took the place of.' }),
  rotated_by: eventIdSchema.optional().meta({ description: 'The token that took its place.' }),
  revoked_at: timestamp().optional(),
  last_used_at: timestamp().optional().meta({ description: 'Exact to a minute.' }),
};
const tokenSchema = z.strictObject(tokenShape).meta({ id: 'Token' });

const EXAMPLE = {
  token_id: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
  name: 'siem',
  scopes: ['events:read', 'log:read'],
  valid_until: '2027-02-22T09:00:00.000Z',
  created_at: '2026-11-24T09:00:00.000Z',
  created_by: 'operator',
};

export const issueToken = {
  ...common,
  id: 'issueToken',
  leaves: { acts: ['TOKEN_ISSUED'] },
  method: 'POST',
  path,
  summary: 'Issues a token, which is shown this once',
  description: 'By a preset, or by scopes one by one. A token can not grant what it lacks itself.',
  body: {
    schema: z
      .strictObject({
        name: short(),
        preset: z.enum(PRESETS).optional(),
        scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).optional(),
        expires_in_days: z.int().min(1).max(3_650).optional(),
        requests_per_minute: z.int().min(1).max(MOST_REQUESTS_PER_MINUTE).optional(),
      })
      .refine(({ preset, scopes }) => (preset === undefined) !== (scopes === undefined), {
        error: 'expected either a preset or scopes',
      }),
    example: { name: 'siem', preset: 'reader', expires_in_days: 90 },
  },
  answers: {
    201: {
      description: 'The token, in force from now on.',
      schema: z.strictObject({ ...tokenShape, token: z.string() }).meta({ id: 'IssuedToken' }),
      example: { ...EXAMPLE, token: 'aat_acme_4fzzzxjylrx6QwErTyUiOpAsDfGhJkLz' },
    },
  },
} as const satisfies Operation;

export const listTokens = {
  ...common,
  id: 'listTokens',
  leaves: { accessTo: 'tokens' },
  method: 'GET',
  path,
  summary: 'All tokens, revoked ones included',
  answers: {
    200: {
      description: 'What is kept of the tokens; the tokens themselves are not.',
      schema: z.strictObject({ tokens: z.array(tokenSchema) }),
      example: { tokens: [EXAMPLE] },
    },
  },
} as const satisfies Operation;

export const getToken = {
  ...common,
  id: 'getToken',
  leaves: { accessTo: 'token' },
  method: 'GET',
  path: one,
  summary: 'One token',
  params,
  answers: { 200: { description: 'What is kept of it.', schema: tokenSchema, example: EXAMPLE } },
  problems: ['not_found'],
} as const satisfies Operation;

export const revokeToken = {
  ...common,
  id: 'revokeToken',
  leaves: { acts: ['TOKEN_REVOKED'] },
  method: 'DELETE',
  path: one,
  summary: 'Revokes a token, at once',
  params,
  answers: {
    200: {
      description: 'It is revoked; asking again changes nothing.',
      schema: tokenSchema,
      example: { ...EXAMPLE, revoked_at: '2026-11-24T10:00:00.000Z' },
    },
  },
  problems: ['not_found'],
} as const satisfies Operation;

export const rotateToken = {
  ...common,
  id: 'rotateToken',
  leaves: { acts: ['TOKEN_ISSUED'] },
  method: 'POST',
  path: `${one}/rotate`,
  summary: 'Issues a token with the rights of another one, which then ends',
  description:
    'Name, scopes and lifetime are those of the old token. It ends after the overlap, or when it would have ended before.',
  params,
  body: {
    schema: z.strictObject({
      overlap_hours: z
        .number()
        .min(0)
        .max(168)
        .default(24)
        .meta({ description: 'How long the old token still opens what it opened.' }),
    }),
    example: { overlap_hours: 24 },
    read: (request) => (request.body.length === 0 ? {} : jsonBody(request)),
  },
  answers: {
    201: {
      description: 'The new token, in force from now on.',
      schema: z.strictObject({ ...tokenShape, token: z.string() }).meta({ id: 'RotatedToken' }),
      example: {
        ...EXAMPLE,
        token_id: '01a20ce4-0944-75f0-97a9-79614301241a',
        rotates: EXAMPLE.token_id,
        token: 'aat_acme_4fzzzxjylrx6QwErTyUiOpAsDfGhJkLz',
      },
    },
  },
  problems: ['not_found', 'conflict'],
} as const satisfies Operation;
