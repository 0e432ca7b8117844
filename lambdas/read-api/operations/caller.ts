import { z } from 'zod';
import { tenantIdSchema } from '../../../core/event/ids.ts';
import { short } from '../../../core/event/values.ts';
import { SCOPES } from '../../../core/identity/scope.ts';
import type { Operation } from '../../shared/http/operation.ts';

export const getCaller = {
  id: 'getCaller',
  leaves: { nothing: 'It tells callers what they are, and nothing of the log.' },
  tag: 'Tokens',
  method: 'GET',
  path: '/v1/audit/caller',
  scopes: SCOPES,
  summary: 'Who asks, and what they may do',
  answers: {
    200: {
      description: 'The caller behind the bearer; any scope suffices.',
      schema: z
        .strictObject({
          tenant_id: tenantIdSchema,
          type: z.enum(['token', 'user']),
          id: short(),
          name: short().optional(),
          scopes: z.array(z.enum(SCOPES)),
        })
        .meta({ id: 'Caller' }),
      example: {
        tenant_id: 'acme',
        type: 'token',
        id: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
        name: 'siem',
        scopes: ['events:read', 'log:read'],
      },
    },
  },
} as const satisfies Operation;
