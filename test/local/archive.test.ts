import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetObjectCommand,
  GetObjectRetentionCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { v7 } from 'uuid';
import { main } from '../../clients/verifier/main.ts';
import { writeDailyRecords } from '../../core/archive/daily-records.ts';
import { utf8 } from '../../core/encoding.ts';
import { hashTag } from '../../core/index/tenant-keys.ts';
import { append } from '../../core/sequencer/append.ts';
import { openLog } from '../../core/sequencer/genesis.ts';
import type { Log } from '../../core/sequencer/log.ts';
import { systemRandom } from '../../lambdas/adapters/system.ts';
import { madeLeaf } from '../support/made-log.ts';
import { makeStores, type OwnStores, wireOwnLog } from '../support/own-log.ts';
import { operatorConfig } from './support/aws.ts';
import { plainEvent, uniqueName } from './support/events.ts';
import { call } from './support/http.ts';
import { localTenant } from './support/local-tenants.ts';
import { recordsOf } from './support/log.ts';

const DAY = 86_400_000;
const acme = localTenant('acme');
const s3 = new S3Client(operatorConfig(acme));
const TIMEOUT = 120_000;

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'archive-'));
});
afterAll(async () => {
  s3.destroy();
  await rm(scratch, { recursive: true });
});

/** Copies a bucket into a folder, as `aws s3 sync` does; returns the names. */
async function copy(bucket: string, into: string): Promise<string[]> {
  const names: string[] = [];
  for (let token: string | undefined; ; ) {
    const page: ListObjectsV2CommandOutput = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, ...(token && { ContinuationToken: token }) }),
    );
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      await mkdir(dirname(join(into, Key)), { recursive: true });
      await writeFile(join(into, Key), (await Body?.transformToByteArray()) ?? '');
      names.push(Key);
    }
    token = page.NextContinuationToken;
    if (token === undefined) return names;
  }
}

async function verify(...args: string[]): Promise<{ status: number; text: string }> {
  let text = '';
  const say = (more: string) => {
    text += more;
  };
  return { status: await main(args, { out: say, err: say }), text };
}

test(
  'a copy of a tenant’s bucket verifies alone, and its README names the key',
  async () => {
    const task = uniqueName('archive');
    const events = Array.from({ length: 300 }, () => plainEvent(task));
    const token = acme.tokens.writer;
    expect((await call(acme, 'POST', '/v1/audit/events', { token, body: { events } })).status).toBe(202);
    await recordsOf(acme, task, 300);
    const folder = join(scratch, 'acme');
    const names = await copy(acme.archive_bucket, folder);
    expect(names).toEqual(expect.arrayContaining(['README.txt', 'key/00000000000000000000', 'tile/0/000']));
    const { status, text } = await verify(folder, '--key', acme.verifier_key);
    expect(text).toContain('VERIFIED');
    expect(status).toBe(0);

    const commits = await readdir(join(folder, 'commit'));
    await rm(join(folder, 'commit', commits[0] ?? ''));
    const without = await verify(folder, '--key', acme.verifier_key);
    expect(without).toMatchObject({ status: 1, text: expect.stringContaining('entries_missing') });
  },
  TIMEOUT,
);

test('what the archive says of itself is locked', async () => {
  for (const Key of ['README.txt', 'key/00000000000000000000']) {
    const { Retention } = await s3.send(new GetObjectRetentionCommand({ Bucket: acme.archive_bucket, Key }));
    expect(Retention?.Mode).toBe('COMPLIANCE');
    expect(Number(Retention?.RetainUntilDate)).toBeGreaterThan(Date.now());
  }
});

test('the deployed writer looks for days that are over when its schedule says so', async () => {
  const lambda = new LambdaClient(operatorConfig(acme));
  try {
    const Payload = utf8(JSON.stringify({ schedule: 'daily-records' }));
    const answer = await lambda.send(new InvokeCommand({ FunctionName: acme.writer_function, Payload }));
    expect(answer.FunctionError).toBeUndefined();
    expect(JSON.parse(Buffer.from(answer.Payload ?? []).toString())).toMatchObject({ caughtUp: true });
  } finally {
    lambda.destroy();
  }
});

test(
  'daily records of days that are over stand in the bucket, locked, and verify when the batches are gone',
  async () => {
    let own: OwnStores | undefined;
    try {
      own = await makeStores(`daily-${Date.now()}`, operatorConfig(acme));
      const start = Math.floor(Date.now() / DAY) * DAY - 3 * DAY;
      let now = start;
      const clock = { now: () => now, sleep: async () => {} };
      const origin = 'audit.example.com/daily/00000000';
      const log = wireOwnLog(own.stores, own.clients, { origin, clock, random: systemRandom });
      const { verifierKey } = await openLog(log);
      for (let day = 0; day < 2; day++) {
        now = start + day * DAY + DAY / 2;
        await append(candidates(150, log), { policyVersion: 1, deadline: now + 60_000 }, log);
      }
      now = start + 3 * DAY;
      expect(await writeDailyRecords(log, now + DAY)).toEqual({
        files: 2,
        records: 300,
        next: 300,
        caughtUp: true,
      });

      const folder = join(scratch, 'daily');
      const names = await copy(own.stores.archive, folder);
      const files = names.filter((name) => name.endsWith('.ndjson.gz'));
      expect(files).toHaveLength(2);
      expect(files[0]).toContain(`dt=${new Date(start).toISOString().slice(0, 10)}/`);
      const { Retention } = await own.clients.s3.send(
        new GetObjectRetentionCommand({ Bucket: own.stores.archive, Key: files[0] ?? '' }),
      );
      expect(Number(Retention?.RetainUntilDate)).toBeGreaterThan(Date.now());
      const { Body } = await own.clients.s3.send(
        new GetObjectCommand({ Bucket: own.stores.archive, Key: files[1] ?? '' }),
      );
      const lines = gunzipSync((await Body?.transformToByteArray()) ?? '')
        .toString()
        .trimEnd()
        .split('\n');
      expect(lines).toHaveLength(150);

      expect(await verify(folder, '--key', verifierKey)).toMatchObject({ status: 0 });
      await rm(join(folder, 'commit'), { recursive: true });
      expect(await verify(folder, '--key', verifierKey)).toMatchObject({ status: 0 });
    } finally {
      await own?.destroy();
    }
  },
  TIMEOUT,
);

function candidates(count: number, log: Log) {
  return Array.from({ length: count }, (_, index) => {
    const eventId = v7();
    return {
      eventId,
      dedupeTag: hashTag(log.keys.dedupe, eventId),
      leaf: (at: number) => madeLeaf(index, { event_id: eventId }, { at }),
    };
  });
}
