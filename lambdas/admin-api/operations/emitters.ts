import { z } from 'zod';
import { short, timestamp } from '../../../core/event/values.ts';
import { publicJwkSchema } from '../../../core/identity/emitter.ts';
import type { Operation } from '../../shared/http/operation.ts';

const path = '/v1/audit/emitters';
const common = { tag: 'Emitters', scopes: ['tokens'] } as const;

const emitterSchema = z
  .strictObject({
    emitter_id: short(),
    kid: z.string().meta({ description: 'RFC 7638 thumbprint of the key.' }),
    agents: z.array(short()).min(1).max(100),
    public_jwk: publicJwkSchema,
    created_at: timestamp(),
    created_by: short(),
    removed_at: timestamp().optional(),
    compromised_since: timestamp().optional(),
  })
  .meta({ id: 'Emitter', description: 'One key of a sender to the queue.' });

const JWK = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
const EXAMPLE = {
  emitter_id: 'support-fleet',
  kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
  agents: ['refund-agent'],
  public_jwk: JWK,
  created_at: '2026-11-24T09:00:00.000Z',
  created_by: 'operator',
};

export const registerEmitter = {
  ...common,
  id: 'registerEmitter',
  leaves: { acts: ['EMITTER_REGISTERED'] },
  method: 'POST',
  path,
  summary: 'Registers the public key of a sender, and the agents that it may speak for',
  description: 'Ed25519 alone. A key is registered once: removed, it does not come back.',
  body: {
    schema: z.strictObject({
      emitter_id: short().optional(),
      agents: z.array(short()).min(1).max(100),
      public_jwk: z.looseObject({}),
    }),
    described: z.strictObject({
      emitter_id: short().optional(),
      agents: z.array(short()).min(1).max(100),
      public_jwk: z.looseObject(publicJwkSchema.shape).meta({
        description: 'The public half alone; kid, use, key_ops, alg and ext are taken and not kept.',
      }),
    }),
    example: { emitter_id: 'support-fleet', agents: ['refund-agent'], public_jwk: JWK },
  },
  answers: { 201: { description: 'It may send from now on.', schema: emitterSchema, example: EXAMPLE } },
  problems: ['conflict'],
} as const satisfies Operation;

export const listEmitters = {
  ...common,
  id: 'listEmitters',
  leaves: { accessTo: 'emitters' },
  method: 'GET',
  path,
  summary: 'All keys, removed ones included',
  answers: {
    200: {
      description: 'One entry a key.',
      schema: z.strictObject({ emitters: z.array(emitterSchema) }),
      example: { emitters: [EXAMPLE] },
    },
  },
} as const satisfies Operation;

export const removeEmitter = {
  ...common,
  id: 'removeEmitter',
  leaves: { acts: ['EMITTER_REMOVED'] },
  method: 'DELETE',
  path: `${path}/{id}`,
  summary: 'Removes one key by its kid, or all keys of an emitter by its id',
  params: z.strictObject({ id: z.string() }),
  query: z.strictObject({
    compromised_since: timestamp()
      .optional()
      .meta({ description: 'Nothing that was issued from this time on is believed.' }),
  }),
  answers: {
    200: {
      description: 'What was removed.',
      schema: z.strictObject({ emitters: z.array(emitterSchema) }),
      example: { emitters: [{ ...EXAMPLE, removed_at: '2026-11-24T10:00:00.000Z' }] },
    },
  },
  problems: ['not_found'],
} as const satisfies Operation;
