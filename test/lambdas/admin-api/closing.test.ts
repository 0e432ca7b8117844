import { expect, test } from '@jest/globals';
import { openLog } from '../../../core/sequencer/genesis.ts';
import { adminRoutes } from '../../../lambdas/admin-api/admin-api.ts';
import { answerOperator } from '../../../lambdas/admin-api/operator.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';
import { MemoryHolds } from '../../support/memory-holds.ts';
import { memoryLog } from '../../support/memory-log.ts';
import { AdminWorld, adminApiOf, DEPLOYED, holdsOf } from './admin-world.ts';

const END = '/v1/audit/retention-policy/end';
const DIGEST = `sha256:${'0'.repeat(64)}`;
const HANDED = {
  confirm: 'acme',
  bundle: {
    export_id: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
    records: 3,
    sha256: DIGEST,
    manifest_sha256: DIGEST,
  },
  tokens_revoked: 2,
  emitters_removed: 1,
};

async function open() {
  const cloud = new MemoryCloud(new Uint8Array(32).fill(3));
  await openLog(memoryLog(cloud));
  const world = new AdminWorld();
  const holds = new MemoryHolds();
  const routes = adminRoutes(
    adminApiOf(world, {
      retention: { policies: world.policies, deployed: DEPLOYED },
      holds: holdsOf(holds, cloud),
    }),
  );
  const ask = async (method: string, path: string, body?: unknown) =>
    await answerOperator(routes, { operator: { actor: 'ada' }, method, path, body }, 'r-1', {
      log: () => undefined,
      access: world.access,
    });
  return { world, holds, ask };
}

test('the operator ends a contract once, and states once what is kept; the policy carries it on', async () => {
  const { world, ask, holds } = await open();
  await holds.add({
    holdId: 'h-1',
    filter: { task_id: 't' },
    reason: 'r',
    placedAt: 0,
    placedBy: { type: 'user', id: 'u' },
    secured: { batches: 0, files: 0 },
  });
  expect(await ask('GET', END)).toMatchObject({ status: 200, body: { ended: false } });
  const ended = await ask('POST', END, { confirm: 'acme', reason: 'Contract 17' });
  expect(ended).toMatchObject({ status: 200, body: { ended: true, ended_at: expect.any(String) } });
  expect(await ask('POST', END, { confirm: 'acme' })).toEqual(ended);
  const longer = { ...DEPLOYED, immutability_days: 300, min_days: 300 };
  expect(await ask('PUT', '/v1/audit/retention-policy', { version: 2, policy: longer })).toMatchObject({
    status: 200,
    body: { version: 3 },
  });
  const stated = await ask('POST', `${END}/statement`, HANDED);
  expect(stated).toMatchObject({
    status: 200,
    body: {
      ended: true,
      closing: { statement: { holds: ['h-1'], closed: { tokens_revoked: 2, emitters_removed: 1 } } },
    },
  });
  expect(await ask('POST', `${END}/statement`, { ...HANDED, tokens_revoked: 9 })).toEqual(stated);
  expect(world.acts).toEqual(Array(3).fill('RETENTION_POLICY_CHANGED'));
  expect(world.policies.standing).toMatchObject({ version: 4, ended: { version: 2 } });
});

test('what is not the operator’s, not confirmed, or not yet, is refused, and nothing is done', async () => {
  const { world, ask } = await open();
  const token = await world.token(['retention']);
  for (const [path, json] of [
    [END, { confirm: 'acme' }],
    [`${END}/statement`, HANDED],
  ] as const)
    expect((await world.call('POST', path, { token, json })).json).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
  expect(await ask('POST', END, { confirm: 'globex' })).toMatchObject({
    status: 400,
    body: { field: 'confirm' },
  });
  expect(await ask('POST', END, {})).toMatchObject({ status: 400 });
  expect(await ask('POST', `${END}/statement`, HANDED)).toMatchObject({
    status: 409,
    body: { detail: expect.stringContaining('has not ended') },
  });
  expect(world.acts).toEqual([]);
});

test('an end that could not be recorded is none; asked for again it is recorded, and there is one', async () => {
  const { world, ask } = await open();
  world.queueIsDown = true;
  expect(await ask('POST', END, { confirm: 'acme' })).toMatchObject({ status: 503 });
  world.queueIsDown = false;
  expect(await ask('POST', END, { confirm: 'acme' })).toMatchObject({ body: { ended: true } });
  expect(world.acts).toEqual(['RETENTION_POLICY_CHANGED']);
});
