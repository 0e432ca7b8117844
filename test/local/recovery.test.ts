import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import type { Head } from '../../core/ports.ts';
import { append } from '../../core/sequencer/append.ts';
import { openLog } from '../../core/sequencer/genesis.ts';
import type { Log } from '../../core/sequencer/log.ts';
import { rebuildTable } from '../../core/sequencer/rebuild.ts';
import { systemClock, systemRandom } from '../../lambdas/adapters/system.ts';
import { candidates } from '../support/candidates.ts';
import { makeStores, type OwnStores, wireOwnLog } from '../support/own-log.ts';
import { operatorConfig } from './support/aws.ts';
import { localTenant } from './support/local-tenants.ts';

const ORIGIN = 'audit.example.com/recovery/00000000';
const terms = () => ({ policyVersion: 1, deadline: Date.now() + 60_000 });

let own: OwnStores;
let log: Log;

beforeAll(async () => {
  own = await makeStores(`recovery-${Date.now()}`, operatorConfig(localTenant('acme')));
  log = wireOwnLog(own.stores, own.clients, { origin: ORIGIN, clock: systemClock, random: systemRandom });
  await openLog(log);
  await append(candidates(300), terms(), log);
  await append(candidates(7), terms(), log);
}, 60_000);

afterAll(async () => {
  await own?.destroy();
}, 60_000);

/** Every item of the table as DynamoDB gives it, by key. */
async function items(): Promise<Map<string, object>> {
  const { Items = [] } = await own.clients.dynamo.send(new ScanCommand({ TableName: own.stores.records }));
  return new Map(Items.map((item) => [`${item.pk?.S} ${item.sk?.S}`, item]));
}

async function deleteItems(keys: Iterable<string>): Promise<void> {
  const requests = [...keys].map((key) => {
    const [pk, sk] = key.split(' ');
    return { DeleteRequest: { Key: { pk, sk } } };
  });
  const documents = DynamoDBDocumentClient.from(own.clients.dynamo);
  for (let start = 0; start < requests.length; start += 25) {
    const RequestItems = { [own.stores.records]: requests.slice(start, start + 25) };
    await documents.send(new BatchWriteCommand({ RequestItems }));
  }
}

async function headOf(): Promise<Head> {
  const head = await log.heads.read();
  if (!head) throw new Error('there is no head');
  return head;
}

test('a table that was lost stands again from the archive, byte for byte', async () => {
  const before = await items();
  expect(before.size).toBeGreaterThan(300);
  await deleteItems(before.keys());
  expect((await items()).size).toBe(0);
  await expect(append(candidates(1), terms(), log)).rejects.toMatchObject({ code: 'integrity' });

  const answer = await rebuildTable(log, { check: false, overLive: false, deadline: Date.now() + 60_000 });
  expect(answer).toMatchObject({ outcome: 'rebuilt', size: 307 });
  expect(await items()).toEqual(before);
  const { checkpoint, verifierKey, root } = await headOf();
  expect(openCheckpoint(checkpoint, verifierKey)).toMatchObject({
    ok: true,
    checkpoint: { size: 307, root },
  });
}, 60_000);

test('a batch that a crash left half-way is finished by the next', async () => {
  const [signer] = log.signers;
  const dead = { publicKey: () => signer.publicKey(), sign: () => Promise.reject(new Error('killed')) };
  const dying: Log = { ...log, signers: [dead] };
  const { size } = await headOf();
  const lost = candidates(5);
  await expect(append(lost, terms(), dying)).rejects.toThrow('killed');
  expect(await headOf()).toMatchObject({ state: 'COMMITTED', size: size + 5, finalSize: size });

  // The lease of the dead writer ends by the clock.
  const later: Log = { ...log, clock: { ...systemClock, now: () => Date.now() + 30_000 } };
  const verdicts = await append(
    [...lost, ...candidates(1)],
    { policyVersion: 1, deadline: Date.now() + 90_000 },
    later,
  );
  expect(verdicts.map(({ outcome }) => outcome)).toEqual([...lost.map(() => 'duplicate'), 'recorded']);
  expect(await headOf()).toMatchObject({ state: 'FINAL', size: size + 6, finalSize: size + 6 });
}, 60_000);

test('a head that was rolled back halts the writer, which a rebuild starts again', async () => {
  const older = await headOf();
  await append(candidates(2), terms(), log);
  const newer = await headOf();
  await log.heads.halt('so that the operator can put the older head there');
  expect(await log.heads.replaceHalted(older)).toBe(true);

  await expect(append(candidates(1), terms(), log)).rejects.toMatchObject({
    code: 'integrity',
    message: expect.stringContaining('the archive holds another batch'),
  });
  expect(await headOf()).toMatchObject({ state: 'HALTED', reason: expect.stringContaining('another batch') });
  await expect(append(candidates(1), terms(), log)).rejects.toThrow('the log is halted');

  const answer = await rebuildTable(log, { check: false, overLive: false, deadline: Date.now() + 60_000 });
  expect(answer).toMatchObject({ outcome: 'rebuilt', size: newer.size });
  expect(await headOf()).toEqual(newer);
  expect(await append(candidates(1), terms(), log)).toEqual([{ outcome: 'recorded', index: newer.size }]);
}, 60_000);
