import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writePrivateJson } from '../../../../clients/operator/local/outputs.ts';
import { append } from '../../../../core/sequencer/append.ts';
import { openLog } from '../../../../core/sequencer/genesis.ts';
import type { Log } from '../../../../core/sequencer/log.ts';
import { answerOperator, asOperatorRequest } from '../../../../lambdas/write-log/operator.ts';
import { candidates } from '../../../support/candidates.ts';
import { MemoryCloud } from '../../../support/memory-cloud.ts';
import { memoryLog, memoryTerms } from '../../../support/memory-log.ts';
import { withServer } from '../../sdk/loopback.ts';
import { localTenant, run } from './served-tenant.ts';

const state = mkdtempSync(join(tmpdir(), 'rebuild-'));
const cloud = new MemoryCloud(new Uint8Array(32).fill(3));
const lines: object[] = [];
let log: Log;

beforeAll(async () => {
  log = memoryLog(cloud);
  await openLog(log);
  await append(candidates(3), { policyVersion: 1, deadline: Number.MAX_SAFE_INTEGER }, log);
});

afterAll(() => rmSync(state, { recursive: true, force: true }));

/** The writer as it is, and KMS's public key, behind a server that speaks to AWS's clients. */
async function withWriter(use: () => Promise<void>, kmsKey = cloud.publicKey()): Promise<void> {
  await withServer(
    async ({ path, body }) => {
      if (path === '/') return { status: 200, body: publicKeyAnswer(kmsKey) };
      const request = asOperatorRequest(JSON.parse(body.toString()));
      if (path !== '/2015-03-31/functions/writer/invocations' || !request) return { status: 400 };
      const invocation = { requestId: 'r-1', deadline: log.clock.now() + 60_000 };
      const answer = answerOperator(request, memoryTerms(log), invocation, (line) => lines.push(line));
      return { status: 200, body: await answer };
    },
    async (endpoint) => {
      writePrivateJson(`${state}/outputs.json`, {
        region: 'us-east-1',
        tenants: { acme: { ...localTenant(endpoint), log_origin: log.origin } },
      });
      await use();
    },
  );
}

function publicKeyAnswer(key: Uint8Array) {
  const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), key]);
  return { PublicKey: spki.toString('base64'), KeySpec: 'ECC_NIST_EDWARDS25519' };
}

const rebuild = (...more: string[]) => run('rebuild', 'acme', '--state', state, ...more);

test('over a log that works it changes nothing, says so, and ends with 1', async () => {
  await withWriter(async () => {
    const { status, out } = await rebuild();
    expect([status, out]).toEqual([
      1,
      expect.stringContaining('works, at 3 records, so nothing was changed'),
    ]);
  });
});

test('an archive is proven, also against a checkpoint that was kept', async () => {
  const kept = join(state, 'kept.txt');
  writeFileSync(kept, cloud.head?.checkpoint ?? '');
  await withWriter(async () => {
    const { status, out } = await rebuild('--check', '--checkpoint', kept, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ tenant: 'acme', outcome: 'proven', size: 3 });
  });
});

test('a lost table stands again, and who asked for it is in the log of the writer', async () => {
  cloud.items.clear();
  cloud.head = undefined;
  lines.length = 0;
  await withWriter(async () => {
    const { status, out } = await rebuild('--actor', 'ada');
    expect([status, out]).toEqual([0, expect.stringContaining('stands again: 3 records')]);
  });
  expect(cloud.head).toMatchObject({ state: 'FINAL', size: 3 });
  expect(lines).toEqual([expect.objectContaining({ actor: 'ada', outcome: 'rebuilt' })]);
});

test('a damaged archive ends with 1, names the object, and rings the alarm', async () => {
  const key = 'commit/00000000000000000000';
  const standing = cloud.archived.get(key);
  cloud.archived.delete(key);
  lines.length = 0;
  await withWriter(async () => {
    const { status, out } = await rebuild('--check');
    expect([status, out]).toEqual([1, expect.stringContaining('NOT whole')]);
  });
  expect(lines).toEqual([expect.objectContaining({ signal: 'INTEGRITY_ALERT', outcome: 'damaged' })]);
  if (standing) cloud.archived.set(key, standing);
});

test('a checkpoint by another key than KMS names is not believed', async () => {
  await withWriter(async () => {
    const { status, err } = await rebuild('--check');
    expect([status, err]).toEqual([1, expect.stringContaining('not signed by a key that KMS names')]);
  }, new MemoryCloud(new Uint8Array(32).fill(4)).publicKey());
});

test('what is no file is wrong usage', async () => {
  expect(await rebuild('--checkpoint', join(state, 'nowhere'))).toMatchObject({ status: 2 });
});
