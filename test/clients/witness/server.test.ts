import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openKeyFile, witnessVerifierKey } from '../../../clients/witness/key-file.ts';
import { witnessServer } from '../../../clients/witness/server.ts';
import { StateFiles } from '../../../clients/witness/state-file.ts';
import { parseWitnessKey } from '../../../core/log/cosignature.ts';
import { append } from '../../../core/sequencer/append.ts';
import { openLog } from '../../../core/sequencer/genesis.ts';
import type { Log } from '../../../core/sequencer/log.ts';
import { cosignLatest } from '../../../core/witness/cosign.ts';
import type { KeptCosignature } from '../../../core/witness/cosignatures.ts';
import { httpWitness } from '../../../lambdas/adapters/http-witness.ts';
import { candidates } from '../../support/candidates.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';
import { memoryLog } from '../../support/memory-log.ts';

const NAME = 'witness.example/files';
const directory = mkdtempSync(join(tmpdir(), 'witness-'));
const cloud = new MemoryCloud(new Uint8Array(32).fill(1));
let log: Log;
let logKey: string;

beforeAll(async () => {
  log = memoryLog(cloud);
  ({ verifierKey: logKey } = await openLog(log));
  await grow(3);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function grow(count: number): Promise<void> {
  await append(candidates(count), { policyVersion: 1, deadline: Number.MAX_SAFE_INTEGER }, log);
}

/** The witness of the folder, as a process that begins and ends. */
async function withWitness(use: (url: string, verifierKey: string) => Promise<void>): Promise<void> {
  const state = new StateFiles(join(directory, 'seen'));
  const signer = openKeyFile(join(directory, 'key.pem'));
  const terms = {
    name: NAME,
    signer,
    keysOf: (origin: string) => (origin === log.origin ? [logKey] : []),
    lastSeen: async (origin: string) => state.lastSeen(origin),
    remember: async (...seen: Parameters<StateFiles['remember']>) => state.remember(...seen),
    now: () => Date.now(),
  };
  const server = witnessServer(terms, (error) => {
    throw error;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await use(url, witnessVerifierKey(NAME, await signer.publicKey()));
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

const ask = httpWitness({ loopback: true });
const kept: KeptCosignature[] = [];
const store = {
  last: async () => kept.at(-1),
  keep: async (cosignature: KeptCosignature) => void kept.push(cosignature),
};
const ports = { store: { ...store, all: async () => kept }, ask };
const submit = (url: string, verifierKey: string) =>
  cosignLatest({ ...log, table: cloud.table() }, [{ url, verifierKey }], ports);

test('cosigns over HTTP, and goes on after a restart with the same key and what it had seen', async () => {
  let first = '';
  await withWitness(async (url, verifierKey) => {
    first = verifierKey;
    expect(parseWitnessKey(verifierKey)).toMatchObject({ name: NAME });
    expect(await submit(url, verifierKey)).toEqual([{ witness: NAME, outcome: 'cosigned', size: 3 }]);
  });
  await grow(4);
  await withWitness(async (url, verifierKey) => {
    expect(verifierKey).toBe(first);
    expect(await submit(url, verifierKey)).toEqual([{ witness: NAME, outcome: 'cosigned', size: 7 }]);
  });
});

test('keeps its key and its state to itself', () => {
  expect(statSync(join(directory, 'key.pem')).mode & 0o077).toBe(0);
  expect(statSync(join(directory, 'seen')).mode & 0o077).toBe(0);
});

test('answers nothing that it should not, and takes no long request', async () => {
  await withWitness(async (url) => {
    const status = async (path: string, init?: RequestInit) => (await fetch(`${url}${path}`, init)).status;
    expect(await status('/')).toBe(404);
    expect(await status('/add-checkpoint')).toBe(405);
    expect(await status('/add-checkpoint', { method: 'POST', body: 'x' })).toBe(400);
    expect(await status('/add-checkpoint', { method: 'POST', body: 'x'.repeat(100_000) })).toBe(413);
  });
});

test('stops where its state was tampered with, rather than to forget', async () => {
  const [name = ''] = readdirSync(join(directory, 'seen'));
  const file = join(directory, 'seen', name);
  const before = readFileSync(file, 'utf8');
  writeFileSync(file, before.replace(log.origin, 'another.example/log'));
  const state = new StateFiles(join(directory, 'seen'));
  expect(() => state.lastSeen(log.origin)).toThrow('is not what this witness wrote');
  writeFileSync(file, before);
});

test('of two that saw one state, one remembers', () => {
  const state = new StateFiles(join(directory, 'race'));
  const seen = (size: number) => ({ size, root: new Uint8Array(32).fill(size) });
  expect(state.remember('o', undefined, seen(1))).toBe(true);
  expect(state.remember('o', undefined, seen(2))).toBe(false);
  expect(state.remember('o', seen(1), seen(3))).toBe(true);
  expect(state.lastSeen('o')).toEqual(seen(3));
});
