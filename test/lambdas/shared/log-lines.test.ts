import { expect, test } from '@jest/globals';
import { AuditError } from '../../../core/errors.ts';
import type { Route } from '../../../lambdas/shared/http/route.ts';
import { logObservations } from '../../../lambdas/write-log/log-observations.ts';
import { clientOf } from './api-client.ts';
import { ApiWorld } from './api-world.ts';

/** Stands wherever a caller can put something. */
const CONTENT = 'tenant-content-4711';

const ROUTES: Route[] = (['integrity', 'unavailable', 'misconfigured'] as const).map((code) => ({
  method: 'POST',
  path: `/v1/${code}/{id}`,
  scopes: ['events:read'],
  leaves: { accessTo: 'things' },
  handle: async () => {
    throw new AuditError(code, 'names of ours alone', { cause: new Error(CONTENT) });
  },
}));

test('lines of the functions behind HTTPS tell what happened, and nothing of what a caller sent', async () => {
  const world = new ApiWorld();
  const call = clientOf(ROUTES, world.terms);
  const token = await world.token(['events:read'], { requestsPerMinute: 3 });
  const sent = { query: { filter: CONTENT }, body: `{"a":"${CONTENT}"}`, headers: { 'x-note': CONTENT } };
  for (const code of ['integrity', 'unavailable', 'misconfigured', 'integrity'])
    await call('POST', `/v1/${code}/${CONTENT}`, { token, ...sent });
  for (const bearer of [
    `${token}x`,
    CONTENT,
    `${CONTENT}.${CONTENT}.${CONTENT}`,
    await world.token([], { tenant: 'globex' }),
  ])
    await call('POST', `/v1/integrity/${CONTENT}`, { token: bearer, ...sent });
  expect(world.lines.map(({ signal }) => signal)).toEqual([
    'INTEGRITY_ALERT',
    'UNAVAILABLE',
    undefined,
    'RATE_LIMITED',
    'TOKEN_REFUSED',
    'TOKEN_REFUSED',
    'TOKEN_REFUSED',
    'TOKEN_REFUSED',
  ]);
  const text = JSON.stringify(world.lines);
  expect(text).not.toContain(CONTENT);
  expect(text).not.toContain(token);
});

test('the writer tells refusals apart by what was claimed, in numbers', () => {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const measured: unknown[] = [];
  const observe = logObservations(
    (line) => lines.push(line),
    (values, properties) => measured.push({ ...values, ...properties }),
  );
  const reasons = {
    tenant_mismatch: 2,
    agent_not_allowed: 1,
    claim_forged: 1,
    claim_expired: 4,
    schema_invalid: 9,
  };
  const batch = { messages: 9, recorded: 3, duplicates: 1, refused: 17, failed: 2 };
  observe({ kind: 'batch', ...batch, latency: 4_200 });
  observe({ kind: 'refused', count: 17, reasons });
  observe({ kind: 'given up', messages: 3 });
  observe({
    kind: 'failed',
    messages: 1,
    error: new AuditError('integrity', 'the log has no head', { cause: new Error(CONTENT) }),
  });
  expect(lines.map(({ signal, count, messages }) => ({ signal, number: count ?? messages }))).toEqual([
    { signal: 'EVENTS_REFUSED', number: 17 },
    { signal: 'CLAIM_MISMATCH', number: 3 },
    { signal: 'CLAIM_FORGED', number: 1 },
    { signal: 'CLAIM_EXPIRED', number: 4 },
    { signal: 'DEAD_LETTER', number: 3 },
    { signal: 'INTEGRITY_ALERT', number: 1 },
  ]);
  expect(JSON.stringify(lines)).not.toContain(CONTENT);
  expect(measured).toEqual([
    {
      Recorded: { count: 3 },
      Refused: { count: 17 },
      RecordLatency: { milliseconds: 4_200 },
      message: 'batch',
      messages: 9,
      duplicates: 1,
      failed: 2,
    },
  ]);
});
