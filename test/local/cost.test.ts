import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { OPERATOR_SECRET } from '../../clients/operator/local/emulator-environment.ts';
import { readOutputs } from '../../clients/operator/local/outputs.ts';
import { statePaths } from '../../clients/operator/local/state.ts';
import { acceptBatch } from '../../core/ingest/accept.ts';
import type { Clock } from '../../core/ports.ts';
import { batchEmitter, batchOfHundred, STEADY_BATCH } from '../support/counting-batch.ts';
import type { Bill } from '../support/counting-clients.ts';
import { type CountedLog, openCountedLog } from '../support/counting-log.ts';
import { SeededRandom } from '../support/seeded-random.ts';

const EVENTS = 100;

/** What a batch of 100 events of ten interleaved tasks may cost; the function is warm. More is a regression, less a new pin. */
const STEADY = {
  calls: {
    'dynamodb:GetItem': 2, // the head; the emitter, once for its ten messages
    'dynamodb:BatchGetItem': 2, // the ids: before disclosures are stored, and once the head was read
    's3:PutObject': STEADY_BATCH.puts, // disclosures, staging, the batch and its checkpoint
    'dynamodb:PutItem': 1, // the commit
    'kms:Sign': STEADY_BATCH.signatures,
    'dynamodb:BatchWriteItem': 7,
    'events:PutEvents': STEADY_BATCH.announcements,
    'dynamodb:UpdateItem': 1, // final
  },
  // Events, posting lists, one item a task and one an agent and day, hashes, the batch, and the head twice.
  written: { E: 100, X: 32, K: 10, L: 1, C: 16, B: 1, LOG: 2 },
  writeUnits: STEADY_BATCH.writeUnits,
  readUnits: STEADY_BATCH.readUnits, // 90 ids with disclosures, 100 ids, head and emitter
};
const OBJECTS = { checkpoint: 300, disclosures: 10_500, staging: 20_000, commit: 20_000 }; // octets at most

/** What the first batch of a log adds once: the archive's README and its key. */
const FIRST = { ...STEADY, calls: { ...STEADY.calls, 's3:PutObject': 6 } };

/** What 256 leaves add once: a full tile, and of its root the node that the next level is made of. */
const FILLS_A_TILE = {
  ...STEADY,
  calls: { ...STEADY.calls, 's3:PutObject': 5, 'dynamodb:Query': 2 }, // the older batches, for their leaf hashes
  written: { ...STEADY.written, T: 1 },
  writeUnits: STEADY.writeUnits + 1,
  readUnits: STEADY.readUnits + 4,
};

// Fixed, so that every byte that is compressed is the same at every run but those of the signing key.
const NOW = Date.parse('2026-11-24T10:30:00.000Z');
let ticks = 0;
const clock: Clock = { now: () => NOW + ticks++, sleep: async () => undefined };
const random = new SeededRandom(1);
let counted: CountedLog;

beforeAll(async () => {
  const outputs = readOutputs(statePaths(process.env.AUDIT_TRAIL_STATE ?? '.local').outputs);
  const acme = outputs?.tenants.acme;
  if (!acme) throw new Error('no local cloud is running: npm run local -- up');
  const credentials = { accessKeyId: acme.account, secretAccessKey: OPERATOR_SECRET };
  const place = { endpoint: acme.endpoint, region: outputs.region, credentials };
  counted = await openCountedLog(`cost-${Date.now()}`, place, { clock, random });
  await counted.emitters.add(await batchEmitter(NOW));
}, 60_000);

afterAll(async () => {
  await counted?.destroy();
}, 60_000);

async function billOfBatch(number: number): Promise<Bill> {
  const { intake, meter, observations } = counted;
  const messages = await batchOfHundred(number, { clock, random, origin: intake.log.origin });
  meter.take();
  expect(await acceptBatch(messages, clock.now() + 60_000, intake)).toEqual([]);
  expect(observations.at(-1)).toMatchObject({ kind: 'batch', recorded: EVENTS, duplicates: 0, refused: 0 });
  return meter.take();
}

describe('what the writer costs, on its real adapters', () => {
  test('a log is opened with one signature', () => {
    expect(counted.meter.take().calls).toMatchObject({ 'kms:Sign': 1, 'kms:GetPublicKey': 1 });
  });

  test.each([
    ['the first batch', 0, FIRST],
    ['a batch', 1, STEADY],
    ['a batch that fills a tile of 256', 2, FILLS_A_TILE],
  ])(
    '%s of 100 events is signed once, and takes these calls and units',
    async (_name, number, expected) => {
      const { puts, ...bill } = await billOfBatch(number);
      expect(bill).toEqual(expected);

      const { tile, key, ['README.txt']: readme, ...others } = puts;
      expect([key?.length, readme?.length]).toEqual(number === 0 ? [1, 1] : [undefined, undefined]);
      expect(tile).toEqual(number === 2 ? [256 * 32] : undefined);
      expect(Object.keys(others).sort()).toEqual(Object.keys(OBJECTS).sort());
      for (const [prefix, octets] of Object.entries(OBJECTS)) {
        expect(others[prefix]).toHaveLength(1);
        expect(others[prefix]?.[0]).toBeLessThanOrEqual(octets);
      }
    },
    60_000,
  );
});

test('where each record is signed, a batch takes one signature more a record, and one object for them', async () => {
  const { intake, meter } = counted;
  const messages = await batchOfHundred(9, { clock, random, origin: intake.log.origin });
  meter.take();
  const signing = { ...intake, log: { ...intake.log, signEach: true } };
  expect(await acceptBatch(messages, clock.now() + 60_000, signing)).toEqual([]);
  const { puts, calls } = meter.take();
  expect(calls).toMatchObject({ 'kms:Sign': 1 + EVENTS, 's3:PutObject': 5, 's3:GetObject': 1 });
  expect(puts['signatures']).toEqual([64 * EVENTS]);
}, 60_000);
