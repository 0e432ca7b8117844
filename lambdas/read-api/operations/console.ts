import { z } from 'zod';
import { short } from '../../../core/event/values.ts';
import type { Operation } from '../../shared/http/operation.ts';

/** Whatever a browser adds to the address of the page is the page's business. */
const anyQuery = z.looseObject({});

const FILES = { nothing: 'The files are those of this version, and hold nothing of the tenant.' };

export const openConsole = {
  id: 'openConsole',
  leaves: FILES,
  tag: 'Console',
  method: 'GET',
  path: '/console',
  scopes: 'public',
  summary: 'The way to the console',
  query: anyQuery,
  answers: {
    302: { description: 'To the page.', headers: { Location: 'The page, relative to this address.' } },
  },
} as const satisfies Operation;

export const getConsolePage = {
  id: 'getConsolePage',
  leaves: FILES,
  tag: 'Console',
  method: 'GET',
  path: '/console/',
  scopes: 'public',
  summary: 'The page of the console',
  query: anyQuery,
  answers: {
    200: {
      description: 'The page, which holds nothing of the tenant.',
      type: 'text/html; charset=utf-8',
      example: '<!doctype html>…',
    },
  },
  problems: ['not_found'],
} as const satisfies Operation;

export const getSignIn = {
  id: 'getSignIn',
  leaves: { nothing: 'It says what the tenant file says of signing in, and holds nothing of the log.' },
  tag: 'Console',
  method: 'GET',
  path: '/console/sign-in.json',
  scopes: 'public',
  summary: 'How people sign in to the console',
  answers: {
    200: {
      description: 'The tenant’s own OpenID Connect issuer, where its file names one for the console.',
      schema: z
        .strictObject({
          oidc: z
            .strictObject({
              issuer: z.url(),
              client_id: short(),
              scope: z.string(),
              token: z.enum(['id_token', 'access_token']).meta({ description: 'Which one the API takes.' }),
              origins: z.array(z.string()).meta({ description: 'What the console may ask besides the API.' }),
            })
            .nullable(),
        })
        .meta({ id: 'SignIn' }),
      example: {
        oidc: {
          issuer: 'https://login.example.com/acme',
          client_id: 'audit-console',
          scope: 'openid',
          token: 'id_token',
          origins: ['https://login.example.com'],
        },
      },
    },
  },
} as const satisfies Operation;

export const getConsoleFile = {
  id: 'getConsoleFile',
  leaves: FILES,
  tag: 'Console',
  method: 'GET',
  path: '/console/{file+}',
  scopes: 'public',
  summary: 'A file of the console',
  params: z.strictObject({ file: z.string() }),
  query: anyQuery,
  answers: {
    200: {
      description:
        'A script, style, picture or page; `api` is the reference of the API. Names under `assets/` hold a digest, so ' +
        'those never change.',
      type: 'text/javascript; charset=utf-8',
      example: 'export {};',
      also: {
        'text/css; charset=utf-8': 'body {}',
        'text/html; charset=utf-8': '<!doctype html>…',
        'image/svg+xml': '<svg/>',
      },
    },
  },
  problems: ['not_found'],
} as const satisfies Operation;
