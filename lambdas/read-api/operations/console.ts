import { z } from 'zod';
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
