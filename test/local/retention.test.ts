import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeDailyRecords } from '../../core/archive/daily-records.ts';
import { mintEventId } from '../../core/event/ids.ts';
import { acceptBatch } from '../../core/ingest/accept.ts';
import { verifyArchive } from '../../core/receipt/verify-archive.ts';
import { applyRetention } from '../../core/retention/apply-retention.ts';
import type { Keeper } from '../../core/retention/keeper.ts';
import { append } from '../../core/sequencer/append.ts';
import { auditArchive } from '../../core/sequencer/audit-archive.ts';
import { openLog } from '../../core/sequencer/genesis.ts';
import { ControlTable } from '../../lambdas/adapters/dynamo-control.ts';
import { DynamoErasures } from '../../lambdas/adapters/dynamo-erasures.ts';
import { DynamoHolds } from '../../lambdas/adapters/dynamo-holds.ts';
import { DynamoPolicies } from '../../lambdas/adapters/dynamo-policies.ts';
import { DynamoPurges } from '../../lambdas/adapters/dynamo-purges.ts';
import { DynamoRecords } from '../../lambdas/adapters/dynamo-records.ts';
import { S3Keeper } from '../../lambdas/adapters/s3-keeper.ts';
import { S3Work } from '../../lambdas/adapters/s3-work.ts';
import { systemRandom } from '../../lambdas/adapters/system.ts';
import { zlibCodec } from '../../lambdas/adapters/zlib-codec.ts';
import { filesOf } from '../support/archive-copy.ts';
import { candidates } from '../support/candidates.ts';
import { makeStores, OWN_KEYS, type OwnStores, wireOwnIntake, wireOwnLog } from '../support/own-log.ts';
import { operatorConfig } from './support/aws.ts';
import { uniqueName } from './support/events.ts';
import { localTenant } from './support/local-tenants.ts';

const DAY = 86_400_000;
const TIMEOUT = 300_000; // some twenty runs over an emulator that a busy machine makes slow
const DEPLOYED = {
  immutability_days: 100,
  min_days: 100,
  max_days: 100,
  archive_after_days: 30,
  after_termination_days: 0,
};
const acme = localTenant('acme');
const s3 = new S3Client(operatorConfig(acme));

let own: OwnStores;
beforeAll(async () => {
  own = await makeStores(uniqueName('retention'), operatorConfig(acme));
}, TIMEOUT);
afterAll(async () => {
  await own.destroy();
  s3.destroy();
}, TIMEOUT);

test(
  'what the archive holds is neither deleted nor unlocked before its time, with the operator’s own credentials',
  async () => {
    const Bucket = acme.archive_bucket;
    const listed = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'commit/' }));
    const [version] = listed.Versions ?? [];
    const at = { Bucket, Key: version?.Key ?? '', VersionId: version?.VersionId };
    const bytes = async () =>
      (await (await s3.send(new GetObjectCommand(at))).Body?.transformToString('base64')) ?? '';
    const before = await bytes();
    await expect(s3.send(new DeleteObjectCommand(at))).rejects.toMatchObject({ name: 'AccessDenied' });
    const bypass = new DeleteObjectCommand({ ...at, BypassGovernanceRetention: true });
    await expect(s3.send(bypass)).rejects.toMatchObject({ name: 'AccessDenied' });
    const { Retention } = await s3.send(new GetObjectRetentionCommand(at));
    expect(Retention?.Mode).toBe('COMPLIANCE');
    const shorter = new PutObjectRetentionCommand({
      ...at,
      Retention: { Mode: 'COMPLIANCE', RetainUntilDate: new Date(Date.now() + 60_000) },
    });
    await expect(s3.send(shorter)).rejects.toMatchObject({ name: 'AccessDenied' });
    expect(await bytes()).toBe(before);
  },
  TIMEOUT,
);

// The bucket policy of a tenant refuses this PUT, to the account's root too: the template is asserted (test/lib/stacks/privilege.test.ts),
// since the emulator lets the root do everything. So the bucket here has no policy, as after an administrator took it away.
test(
  'what is written over an object or deleted hides it and ends nothing: the first version is locked and says what it said, and all who look notice',
  async () => {
    const other = await makeStores(uniqueName('overwritten'), operatorConfig(acme));
    try {
      const { stores, clients } = other;
      const now = Date.now() - 2 * DAY;
      let ms = now;
      const clock = { now: () => ms, sleep: async () => {} };
      const log = wireOwnLog(stores, clients, {
        origin: 'audit.example.com/acme/0000000e',
        clock,
        random: systemRandom,
      });
      const { verifierKey } = await openLog(log);
      await append(candidates(3), { policyVersion: 1, deadline: now + 60_000 }, log);
      ms = Date.now();
      expect(await writeDailyRecords(log, ms + 60_000)).toMatchObject({ files: 1, records: 3 });
      expect(await auditArchive(log, ms + 60_000)).toMatchObject({ outcome: 'sound' });

      const versions = async () =>
        (await clients.s3.send(new ListObjectVersionsCommand({ Bucket: stores.archive }))).Versions ?? [];
      const written = (await versions()).find(({ Key }) => Key?.endsWith('.ndjson.gz'));
      const [Bucket, Key] = [stores.archive, written?.Key ?? ''];
      const first = { Bucket, Key, VersionId: written?.VersionId ?? '' };
      const read = async (object: { Bucket: string; Key: string; VersionId?: string }) =>
        Buffer.from(
          (await (await clients.s3.send(new GetObjectCommand(object))).Body?.transformToByteArray()) ?? [],
        );
      const original = await read(first);
      const copy = async () => {
        const keys = [...new Set((await versions()).map((version) => version.Key ?? ''))];
        return new Map(
          await Promise.all(keys.map(async (name) => [name, await read({ Bucket, Key: name })] as const)),
        );
      };
      expect(await verifyArchive(filesOf(await copy()), verifierKey)).toMatchObject({ verified: true });

      const forged = zlibCodec.gzip(Buffer.from('{"event":"another"}\n'));
      await clients.s3.send(new PutObjectCommand({ Bucket, Key, Body: forged }));
      expect(await read({ Bucket, Key })).toEqual(Buffer.from(forged));
      expect(await read(first)).toEqual(original);
      await expect(clients.s3.send(new DeleteObjectCommand(first))).rejects.toMatchObject({
        name: 'AccessDenied',
      });
      const { Retention } = await clients.s3.send(new GetObjectRetentionCommand(first));
      expect(Number(Retention?.RetainUntilDate)).toBeGreaterThan(Date.now());
      expect(await verifyArchive(filesOf(await copy()), verifierKey)).toMatchObject({ verified: false });
      ms += DAY;
      const problem = 'has 2 versions where one was ever written';
      expect(await auditArchive(log, ms + 60_000)).toEqual({ outcome: 'damaged', object: Key, problem });
      expect(await log.heads.read()).toMatchObject({ state: 'HALTED' });

      // Without a version this adds a marker, which S3 never refuses for a lock.
      await clients.s3.send(new DeleteObjectCommand({ Bucket, Key }));
      await expect(read({ Bucket, Key })).rejects.toMatchObject({ name: 'NoSuchKey' });
      expect(await read(first)).toEqual(original);
      expect(await auditArchive(log, ms + 60_000)).toMatchObject({
        outcome: 'damaged',
        problem: 'bears a delete marker',
      });
    } finally {
      await other.destroy();
    }
  },
  TIMEOUT,
);

test(
  'by the adapters that apply-retention uses: a lock is waited for, a hold is S3’s too, and what is due is gone in all its versions',
  async () => {
    const { stores, clients } = own;
    // Recorded a hundred days ago, under a lock of a hundred days that ends in some seconds.
    let now = () => Date.now() - 100 * DAY + 8_000;
    const clock = {
      now: () => now(),
      sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)),
    };
    const wired = wireOwnLog(stores, clients, {
      origin: 'audit.example.com/acme/0000000d',
      clock,
      random: systemRandom,
    });
    const log = { ...wired, lockDays: { batches: 100, tiles: 100 } };
    const intake = wireOwnIntake(own, log, () => undefined);
    const control = new ControlTable(DynamoDBDocumentClient.from(clients.dynamo), stores.control);
    const deliver = async (bodies: readonly string[]) => {
      const messages = bodies.map((body, n) => ({
        id: `${uniqueName('m')}-${n}`,
        body,
        sentAt: now(),
        receives: 1,
        queue: 'internal' as const,
      }));
      expect(await acceptBatch(messages, now() + 60_000, intake)).toEqual([]);
    };
    const record = async (task: string) => {
      const event = {
        schema_version: '1.0.0',
        event_id: mintEventId(now(), systemRandom),
        event_type: 'TOOL_CALLED',
        occurred_at: new Date(now()).toISOString(),
        agent: { id: 'refund-agent', version: '1' },
        task: { id: task },
        payload: { tool: { name: 'orders.get' }, input: { order: 'secret' } },
      };
      await deliver([JSON.stringify({ source: 'https', emitter: { id: 't' }, events: [event] })]);
    };
    const holds = new DynamoHolds(control);
    const keeper: Keeper = {
      tenant: 'acme',
      origin: log.origin,
      version: '0.1.0',
      keys: OWN_KEYS,
      heads: log.heads,
      table: new DynamoRecords(DynamoDBDocumentClient.from(clients.dynamo), stores.records),
      archive: new S3Keeper(clients.s3, stores.archive, 'GOVERNANCE'),
      work: new S3Work(clients.s3, stores.work),
      policies: new DynamoPolicies(control),
      deployed: DEPLOYED,
      holds,
      purges: new DynamoPurges(control),
      erasures: new DynamoErasures(control),
      outbox: { send: deliver },
      codec: zlibCodec,
      clock,
      random: systemRandom,
    };
    const versions = async (prefix: string) =>
      (await clients.s3.send(new ListObjectVersionsCommand({ Bucket: stores.archive, Prefix: prefix })))
        .Versions ?? [];
    const retain = () => applyRetention(keeper, now() + 10 * 60_000);

    await openLog(log);
    await record('kept');
    await record('due');
    now = () => Date.now();
    expect(await writeDailyRecords(log, now() + 60_000)).toMatchObject({ records: 2 });
    await record('young');
    await holds.add({
      holdId: mintEventId(now(), systemRandom),
      filter: { task_id: 'kept' },
      reason: 'Litigation',
      placedAt: now(),
      placedBy: { type: 'user', id: 'counsel' },
      secured: { batches: 0, files: 0 },
    });
    const [hold] = await holds.list();
    expect(await retain()).toMatchObject({ secured: 2 });
    const Key = 'commit/00000000000000000000';
    const held = await clients.s3.send(new GetObjectLegalHoldCommand({ Bucket: stores.archive, Key }));
    expect(held.LegalHold?.Status).toBe('ON');

    // The day itself has to be over for a hundred days, too.
    now = () => Date.now() + DAY;
    // Until S3's own lock has ended, its refusal is waited for.
    let run = await retain();
    while (run.purges.length === 0) {
      expect(run.open).toMatch(/^locked: /);
      await clock.sleep(500);
      run = await retain();
    }
    const left = (await versions('commit/')).map((version) => version.Key);
    expect(left.slice(0, 2)).toEqual([Key, 'commit/00000000000000000002']);
    const by = { type: 'user', id: 'counsel' };
    await holds.release(hold?.holdId ?? '', { at: now(), by, reason: 'Settled' }, 'mark');
    await holds.recorded(hold?.holdId ?? '', 'mark');
    expect(await retain()).toMatchObject({ freed: 2, purges: [{ purged_below: 2, left: 0 }] });
    expect(await versions(Key)).toEqual([]);
    expect(await versions('records/dt=')).toEqual([]);

    const copy = new Map<string, Uint8Array>();
    for (const version of await versions('')) {
      const object = { Bucket: stores.archive, Key: version.Key ?? '' };
      const { Body } = await clients.s3.send(new GetObjectCommand(object));
      copy.set(object.Key, (await Body?.transformToByteArray()) ?? new Uint8Array());
    }
    const verifierKey = (await log.heads.read())?.verifierKey ?? '';
    expect(await verifyArchive(filesOf(copy), verifierKey)).toMatchObject({
      verified: true,
      shown: { purged: 2, first_index: 2 },
    });
  },
  TIMEOUT,
);
