import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readKeyChain } from '../../../core/query/key-chain.ts';
import type { LogReader } from '../../../core/query/log-reader.ts';
import { queryEvents } from '../../../core/query/page.ts';
import { append } from '../../../core/sequencer/append.ts';
import { openLog } from '../../../core/sequencer/genesis.ts';
import type { Log } from '../../../core/sequencer/log.ts';
import { rotateKey } from '../../../core/sequencer/rotate-key.ts';
import { candidates } from '../../support/candidates.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';
import { memoryLog, memoryTerms } from '../../support/memory-log.ts';
import { OWN_KEYS } from '../../support/own-log.ts';
import { runVerifier } from './run-verifier.ts';

const TERMS = { policyVersion: 1, deadline: Number.MAX_SAFE_INTEGER };
const FIRST_LINK = 'key/00000000000000000004.json';

let directory: string;
let page: string;
let archive: string;
let keys: string[];

/** A log that was handed over twice: a page of it, its chain of keys elsewhere, and a copy of its archive. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'keys-'));
  const cloud = new MemoryCloud(new Uint8Array(32).fill(1));
  let log: Log = memoryLog(cloud);
  await openLog(log);
  for (const [count, octet] of [
    [3, 2],
    [2, 3],
    [2, 0],
  ] as const) {
    await append(candidates(count), TERMS, log);
    if (octet === 0) continue;
    const next = new MemoryCloud(new Uint8Array(32).fill(octet)).signer();
    log = { ...log, signers: [log.signers.at(-1) ?? log.signers[0], next] };
    await rotateKey(memoryTerms(log), { actor: 'ada', requestId: 'r-1', deadline: Number.MAX_SAFE_INTEGER });
  }
  const reader: LogReader = { ...log, table: cloud.table(), keys: OWN_KEYS };
  const chain = await readKeyChain(reader);
  keys = chain.keys.map(({ verifier_key }) => verifier_key);
  page = await write(
    'page/page.json',
    JSON.stringify(
      await queryEvents(reader, { category: 'all' }, { order: 'log', limit: 100, personal: true }),
    ),
  );
  await write('chain.json', JSON.stringify(chain));
  archive = join(directory, 'archive');
  for (const [name, { bytes }] of cloud.archived) await write(join('archive', name), bytes);
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function judged(...args: string[]) {
  const { status, out } = await runVerifier(...args, '--json');
  return { status, result: JSON.parse(out).results[0] };
}

test('data that a later key signed verifies from the first one with --keys, and not without', async () => {
  const [first = '', , last = ''] = keys;
  expect(await judged(page, '--key', first)).toMatchObject({
    status: 1,
    result: { failure: { code: 'unknown_key' } },
  });
  const chain = join(directory, 'chain.json');
  expect(await judged(page, '--key', first, '--keys', chain)).toMatchObject({
    status: 0,
    result: { outcome: 'verified', count: 9 },
  });
  expect(await judged(page, '--key', last)).toMatchObject({ status: 0 });
});

test('a chain that does not lead from the given key, or is none, is named, and nothing is verified with it', async () => {
  const [first = '', second = ''] = keys;
  const chain = join(directory, 'chain.json');
  const altered = await write(
    'altered.json',
    JSON.stringify({
      keys: [
        { verifier_key: first, first_size: 0 },
        { verifier_key: second, first_size: 4 },
      ],
    }),
  );
  const cases: [string, string, string][] = [
    [second, chain, 'begins with another key'],
    [first, altered, 'key 2 does not follow: it has no rotation'],
    [first, await write('none.json', '[]'), 'does not follow: it is not {keys'],
    [first, join(directory, 'absent.json'), 'there is no file'],
  ];
  for (const [key, file, problem] of cases) {
    const { status, result } = await judged(page, '--key', key, '--keys', file);
    expect([status, result.problem]).toEqual([2, expect.stringContaining(problem)]);
  }
});

test('a copy of the archive holds the chain itself: the first key is all that it takes', async () => {
  const [first = ''] = keys;
  expect(await judged(archive, '--key', first)).toMatchObject({
    status: 0,
    result: { kind: 'archive', count: 9 },
  });
  expect(await judged(archive, '--key', keys[2] ?? '')).toMatchObject({ status: 1 }); // its older checkpoints are by other keys
  await rm(join(archive, FIRST_LINK));
  expect(await judged(archive, '--key', first)).toMatchObject({
    status: 1,
    result: { failure: { code: 'key_chain_broken' } },
  });
});
