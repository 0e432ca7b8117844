import { DisableKeyCommand, EnableKeyCommand } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { acceptBatch } from '../../core/ingest/accept.ts';
import type { Observation } from '../../core/ingest/intake.ts';
import { internalMessages } from '../../core/ingest/internal-message.ts';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import { readKeyChain } from '../../core/query/key-chain.ts';
import { queryEvents } from '../../core/query/page.ts';
import { findReceipt } from '../../core/query/receipt.ts';
import { verifyKeyChain } from '../../core/receipt/key-chain.ts';
import { verifyPage, verifyReceipt } from '../../core/receipt/verify.ts';
import { openLog } from '../../core/sequencer/genesis.ts';
import type { Log } from '../../core/sequencer/log.ts';
import { rotateKey } from '../../core/sequencer/rotate-key.ts';
import { KmsSigner } from '../../lambdas/adapters/kms-signer.ts';
import { systemClock, systemRandom } from '../../lambdas/adapters/system.ts';
import { logObservations } from '../../lambdas/write-log/log-observations.ts';
import {
  makeSigningKey,
  makeStores,
  type OwnStores,
  wireOwnIntake,
  wireOwnLog,
  wireOwnReader,
} from '../support/own-log.ts';
import { operatorConfig } from './support/aws.ts';
import { plainEvent } from './support/events.ts';
import { localTenant } from './support/local-tenants.ts';

const ORIGIN = 'audit.example.com/signing-key/00000000';
const lines: Record<string, unknown>[] = [];

let own: OwnStores;
let log: Log;

beforeAll(async () => {
  own = await makeStores(`signing-key-${Date.now()}`, operatorConfig(localTenant('acme')));
  log = wireOwnLog(own.stores, own.clients, { origin: ORIGIN, clock: systemClock, random: systemRandom });
  await openLog(log);
}, 60_000);

afterAll(async () => {
  await own?.destroy();
}, 60_000);

/** A message of one of our own functions, given to the writer as a queue would. */
function message(eventIds: string[]) {
  const events = eventIds.map((event_id) => plainEvent('task', { event_id }));
  const [body = ''] = internalMessages({ source: 'https', emitter: { id: 'token-1' }, events });
  return { id: `message-${eventIds[0]}`, body, sentAt: Date.now(), receives: 1, queue: 'internal' as const };
}

/** What the queue is told to deliver again. */
function write(messages: ReturnType<typeof message>[], writing = log): Promise<string[]> {
  const observe: (observation: Observation) => void = logObservations(
    (line) => lines.push({ ...line }),
    () => undefined,
  );
  return acceptBatch(messages, Date.now() + 30_000, wireOwnIntake(own, writing, observe));
}

async function receiptOf(eventId: string, reading = log) {
  const quarantine = { refused: async () => undefined };
  const answer = await findReceipt({ ...wireOwnReader(own, reading), quarantine }, eventId);
  if (answer.outcome !== 'recorded') throw new Error(`${eventId} is not in the log`);
  return answer.found;
}

test('a disabled key stops the writer with an alarm, and what was sent stays in the queue until it is back', async () => {
  const KeyId = own.stores.keyId;
  const events = [plainEvent('task').event_id, plainEvent('task').event_id];
  const sent = message(events);
  await own.clients.kms.send(new DisableKeyCommand({ KeyId }));
  lines.length = 0;
  for (let delivery = 0; delivery < 2; delivery++) expect(await write([sent])).toEqual([sent.id]);
  expect(lines).toContainEqual(
    expect.objectContaining({
      signal: 'INTEGRITY_ALERT',
      reason: 'the signing key is disabled or is to be deleted',
    }),
  );
  expect(await log.heads.read()).toMatchObject({ state: 'COMMITTED', finalSize: 0 });

  await own.clients.kms.send(new EnableKeyCommand({ KeyId }));
  const later: Log = { ...log, clock: { ...systemClock, now: () => Date.now() + 25_000 } }; // the dead writer's lease is over
  expect(await write([sent], later)).toEqual([]);
  expect(await log.heads.read()).toMatchObject({ state: 'FINAL', size: 2, finalSize: 2 });
}, 60_000);

test('a log that KMS signs is handed over to another key, and all of it verifies from the first', async () => {
  const before = plainEvent('task').event_id;
  const after = plainEvent('task').event_id;
  expect(await write([message([before])])).toEqual([]);
  const { verifierKey: firstKey = '' } = (await log.heads.read()) ?? {};

  const second = new KmsSigner(own.clients.kms, await makeSigningKey(own.clients.kms));
  log = { ...log, signers: [log.signers[0], second] };
  const intake = wireOwnIntake(own, log, () => undefined);
  const act = { actor: 'operator', requestId: 'r-1', deadline: Date.now() + 30_000 };
  const rotation = await rotateKey(intake, act);
  if (rotation.outcome !== 'rotated') throw new Error('the key was not rotated');
  for (const key of [rotation.previous, rotation.verifierKey])
    expect(openCheckpoint(rotation.checkpoint, key)).toMatchObject({ ok: true });
  expect(await write([message([after])])).toEqual([]);
  const archived = await log.archive.read(`key/${String(rotation.size).padStart(20, '0')}`);
  expect(Buffer.from(archived ?? []).toString()).toBe(`${rotation.verifierKey}\n`);

  const chain = verifyKeyChain(
    JSON.parse(JSON.stringify(await readKeyChain(wireOwnReader(own, log)))),
    firstKey,
  );
  if (!chain.ok) throw new Error(chain.reason);
  for (const eventId of [before, after])
    expect(verifyReceipt(await receiptOf(eventId), chain.chain)).toMatchObject({ verified: true });
  expect(verifyReceipt(await receiptOf(after), firstKey)).toMatchObject({
    verified: false,
    failure: { code: 'unknown_key' },
  });
}, 60_000);

test('a log whose records KMS signs each gives the signatures with them, and they verify', async () => {
  const events = [plainEvent('task').event_id, plainEvent('task').event_id];
  expect(await write([message(events)], { ...log, signEach: true })).toEqual([]);
  const reader = wireOwnReader(own, log);
  const answer = JSON.parse(JSON.stringify(await readKeyChain(reader)));
  const chain = verifyKeyChain(answer, answer.keys[0].verifier_key);
  if (!chain.ok) throw new Error(chain.reason);
  const page = await queryEvents(reader, { category: 'all' }, { order: 'log', limit: 100, personal: true });
  expect(await verifyPage(page, chain.chain)).toMatchObject({
    verified: true,
    shown: { record_signatures: 2 },
  });
  for (const eventId of events)
    expect(verifyReceipt(await receiptOf(eventId), chain.chain)).toMatchObject({
      shown: { record_signatures: 1 },
    });
  const [one, other] = page.events.slice(-2);
  const swapped = [{ ...one, record_signature: other?.record_signature }];
  expect(await verifyPage({ ...page, events: swapped }, chain.chain)).toMatchObject({
    failure: { code: 'record_signature_invalid' },
  });
}, 60_000);

test('no message of a queue hands the log over', async () => {
  const before = await log.heads.read();
  const forged = plainEvent('task', {
    event_type: 'KEY_ROTATED',
    agent: { id: 'agent-audit-trail', version: '1' },
    task: undefined,
    payload: {
      actor: { type: 'operator', id: 'mallory' },
      before: { verifier_key: before?.verifierKey },
      after: { verifier_key: 'mine' },
    },
  });
  const [body = ''] = internalMessages({
    source: 'internal',
    emitter: { id: 'admin-api' },
    events: [forged],
  });
  const sent = { id: 'forged', body, sentAt: Date.now(), receives: 1, queue: 'internal' as const };
  lines.length = 0;
  expect(await write([sent])).toEqual([]);
  expect(lines).toContainEqual(expect.objectContaining({ reasons: { event_type_reserved: 1 } }));
  expect((await log.heads.read())?.verifierKey).toBe(before?.verifierKey);
}, 60_000);
