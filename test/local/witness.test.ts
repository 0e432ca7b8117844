import type { AddressInfo } from 'node:net';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { witnessServer } from '../../clients/witness/server.ts';
import { cosignaturesOf, parseWitnessKey } from '../../core/log/cosignature.ts';
import { readHead } from '../../core/query/log-reader.ts';
import { findRecord } from '../../core/query/receipt.ts';
import { parseTlogProof } from '../../core/receipt/tlog-proof.ts';
import { verifyReceipt } from '../../core/receipt/verify.ts';
import { append } from '../../core/sequencer/append.ts';
import { openLog } from '../../core/sequencer/genesis.ts';
import type { Log } from '../../core/sequencer/log.ts';
import { cosignLatest } from '../../core/witness/cosign.ts';
import { withCosignatures } from '../../core/witness/cosignatures.ts';
import { ControlTable } from '../../lambdas/adapters/dynamo-control.ts';
import { DynamoCosignatures } from '../../lambdas/adapters/dynamo-cosignatures.ts';
import { httpWitness } from '../../lambdas/adapters/http-witness.ts';
import { systemClock, systemRandom } from '../../lambdas/adapters/system.ts';
import { candidates } from '../support/candidates.ts';
import { memoryWitness } from '../support/memory-witness.ts';
import { makeStores, type OwnStores, wireOwnLog, wireOwnReader } from '../support/own-log.ts';
import { operatorConfig } from './support/aws.ts';
import { localTenant } from './support/local-tenants.ts';

const NAME = 'witness.example/local';
let own: OwnStores;
let log: Log;
let verifierKey: string;

beforeAll(async () => {
  own = await makeStores(`witness-${Date.now()}`, operatorConfig(localTenant('acme')));
  const origin = 'audit.example.com/witness/00000000';
  log = wireOwnLog(own.stores, own.clients, { origin, clock: systemClock, random: systemRandom });
  ({ verifierKey } = await openLog(log));
}, 60_000);

afterAll(async () => {
  await own?.destroy();
}, 60_000);

test('a log on AWS is cosigned batch by batch, and its checkpoint carries the cosignature', async () => {
  const witness = await memoryWitness(NAME, [verifierKey]);
  const server = witnessServer(witness, (error) => console.error(error));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const control = new ControlTable(DynamoDBDocumentClient.from(own.clients.dynamo), own.stores.control);
  const ports = { store: new DynamoCosignatures(control), ask: httpWitness({ loopback: true }) };
  const witnesses = [{ url, verifierKey: witness.verifierKey }];
  const reader = wireOwnReader(own, log);
  const key = parseWitnessKey(witness.verifierKey);
  const witnessKeys = key ? [key] : [];
  try {
    const batches = [candidates(5), candidates(5)];
    for (const [position, batch] of batches.entries()) {
      const size = 5 * (position + 1);
      await append(batch, { policyVersion: 1, deadline: Date.now() + 30_000 }, log);
      expect(await cosignLatest(reader, witnesses, ports)).toEqual([
        { witness: NAME, outcome: 'cosigned', size },
      ]);
    }
    for (const [position, [first]] of batches.entries()) {
      const found = await findRecord({ ...reader, cosignatures: ports.store }, first?.eventId ?? '');
      const verdict = verifyReceipt({ receipt: found?.receipt, record: found?.record }, verifierKey);
      expect(verdict).toMatchObject({ verified: true, shown: { tree_size: 5 * (position + 1) } });
      const note = parseTlogProof(found?.receipt.proof ?? '')?.checkpoint ?? '';
      expect(cosignaturesOf(note, witnessKeys)).toMatchObject([{ name: NAME }]);
    }
    const served = withCosignatures((await readHead(reader)).checkpoint, await ports.store.all());
    expect(cosignaturesOf(served, witnessKeys)).toMatchObject([{ name: NAME }]);
    const newest = await ports.store.last(NAME);
    if (newest) await ports.store.keep({ ...newest, size: 7 });
    expect(await ports.store.last(NAME)).toEqual(newest); // an older one that comes late changes nothing
    expect((await ports.store.covering(6)).map(({ size }) => size)).toEqual([7]);
    expect((await ports.store.covering(8)).map(({ size }) => size)).toEqual([10]);
    expect(await ports.store.covering(11)).toEqual([]);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}, 60_000);
