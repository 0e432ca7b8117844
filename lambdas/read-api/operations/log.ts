import { z } from 'zod';
import { keyChainSchema } from '../../../core/receipt/key-chain.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { CHECKPOINT_EXAMPLE, VERIFIER_KEY_EXAMPLE } from './examples.ts';

const TEXT = 'text/plain; charset=utf-8';

export const getCheckpoint = {
  id: 'getCheckpoint',
  leaves: { accessTo: 'checkpoint', coalesced: () => true },
  tag: 'Log',
  method: 'GET',
  path: '/v1/audit/log/checkpoint',
  scopes: ['log:read'],
  summary: 'The latest final checkpoint',
  answers: {
    200: {
      description: 'A C2SP tlog-checkpoint in a signed note.',
      type: TEXT,
      example: CHECKPOINT_EXAMPLE,
    },
  },
} as const satisfies Operation;

export const getTile = {
  id: 'getTile',
  // A whole log is thousands of them.
  leaves: { accessTo: 'tiles', coalesced: () => true },
  tag: 'Log',
  method: 'GET',
  path: '/v1/audit/log/tile/{path+}',
  scopes: ['log:read'],
  summary: 'A hash tile or an entry bundle',
  description:
    'As C2SP tlog-tiles has them, `path` with its slashes: `0/x001/234`, `0/000.p/5`, `entries/000`. Entry bundles are ' +
    'the records themselves, and need the scope events:read as well.',
  params: z.strictObject({ path: z.string() }),
  answers: {
    200: {
      description: 'The bytes, which never change under this path.',
      type: 'application/octet-stream',
    },
  },
  problems: ['not_found'],
} as const satisfies Operation;

export const getVerifierKey = {
  id: 'getVerifierKey',
  leaves: { accessTo: 'keys', coalesced: () => true },
  tag: 'Log',
  method: 'GET',
  path: '/v1/audit/log/key',
  // Senders check their receipts with it, by token or by claim; it is no secret.
  scopes: ['log:read', 'events:write'],
  claims: true,
  summary: 'The first verifier key',
  answers: {
    200: {
      description: 'One line in the form of signed notes. Pin it by another way than this API where you can.',
      type: TEXT,
      example: `${VERIFIER_KEY_EXAMPLE}\n`,
    },
  },
} as const satisfies Operation;

export const getKeyChain = {
  id: 'getKeyChain',
  leaves: { accessTo: 'keys', coalesced: () => true },
  tag: 'Log',
  method: 'GET',
  path: '/v1/audit/log/keys',
  // Senders follow the chain with it, as far as it leads from the key that they know.
  scopes: ['log:read', 'events:write'],
  claims: true,
  summary: 'All verifier keys, and what shows each to follow from the one before it',
  answers: {
    200: {
      description: 'The chain of keys, first to last (docs/formats/log.md).',
      schema: keyChainSchema,
      example: { keys: [{ verifier_key: VERIFIER_KEY_EXAMPLE, first_size: 0 }] },
    },
  },
} as const satisfies Operation;
