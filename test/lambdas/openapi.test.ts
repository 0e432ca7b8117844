import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { adminRoutes } from '../../lambdas/admin-api/admin-api.ts';
import { ingestRoutes } from '../../lambdas/ingest-api/ingest-api.ts';
import { readRoutes } from '../../lambdas/read-api/read-api.ts';
import type { Route } from '../../lambdas/shared/http/route.ts';
import { Documented, type Media } from '../support/documented.ts';
import { clientOf } from './shared/api-client.ts';
import { ApiWorld } from './shared/api-world.ts';

const documented = new Documented();

/** The routes of each function; nothing is asked of them, so they work on nothing. */
const NOTHING = {} as never;
const ROUTES: Record<string, Route[]> = {
  'admin-api': adminRoutes(NOTHING),
  'ingest-api': ingestRoutes(NOTHING),
  'read-api': readRoutes(NOTHING),
};

test('the document is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(documented.document));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
  expect(validator.version).toBe('3.1');
});

test('the document is served to anybody, as it is made', async () => {
  const world = new ApiWorld();
  const call = clientOf(ROUTES['read-api'] ?? [], world.terms);
  const answer = await call('GET', '/v1/openapi.json');
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.json).toEqual(documented.document);
});

test('every function with routes is looked at, and every route is in the document, with its scopes', () => {
  const lambdas = new URL('../../lambdas/', import.meta.url);
  const functions = readdirSync(lambdas).filter(
    (name) => name !== 'shared' && readdirSync(new URL(name, lambdas)).includes('routes'),
  );
  expect(functions.sort()).toEqual(Object.keys(ROUTES).sort());
  const told = documented.operations().map(({ method, path, operation }) => ({
    name: `${method} ${path}`,
    scopes: operation.security.flatMap(({ token = [] }) => token),
    claims: operation.security.some(({ claim }) => claim !== undefined),
  }));
  const real = Object.values(ROUTES)
    .flat()
    .map(({ method, path, scopes, claims = false }) => ({
      name: `${method} ${path.replace('+}', '}')}`,
      scopes: scopes === 'public' ? [] : [...scopes],
      claims,
    }));
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  expect(told.sort(byName)).toEqual(real.sort(byName));
});

test('every example is what its schema describes, and every JSON body has one', () => {
  const wrong: string[] = [];
  const check = (where: string, { schema, example, examples = {} }: Media) => {
    const given = [
      ...(example === undefined ? [] : [example]),
      ...Object.values(examples).map(({ value }) => value),
    ];
    if (given.length === 0) wrong.push(`${where}: no example`);
    for (const value of given) {
      const problem = documented.problemOf(schema, value);
      if (problem) wrong.push(`${where}: ${problem}`);
    }
  };
  for (const { method, path, operation } of documented.operations()) {
    const where = `${method} ${path}`;
    for (const media of Object.values(operation.requestBody?.content ?? {})) check(`${where} body`, media);
    for (const status of Object.keys(operation.responses)) {
      if (status === '429' || status === '504') continue; // API Gateway's own, which are not ours to promise
      const response = documented.response(operation, Number(status));
      for (const [type, media] of Object.entries(response?.content ?? {}))
        if (type !== 'application/octet-stream') check(`${where} ${status}`, media);
    }
  }
  expect(wrong).toEqual([]);
});

test('an example that is not what its schema describes would be noticed', () => {
  const events = documented.operations().find(({ operation }) => operation.operationId === 'listEvents');
  const schema = events && documented.response(events.operation, 200)?.content?.['application/json']?.schema;
  expect(schema && documented.problemOf(schema, { events: [] })).toContain('checkpoint');
});

test('docs/api.md names every path', () => {
  const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
  const missing = documented
    .operations()
    .filter(({ path }) => !text.includes(path.replace(/\{[^}]*\}.*/, '')));
  expect(missing.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
});
