import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openCheckpoint } from '../../core/log/checkpoint.ts';
import { leafHash } from '../../core/log/merkle.ts';
import { plainEvent, uniqueName } from './support/events.ts';
import { buildGoProgram } from './support/go.ts';
import { call } from './support/http.ts';
import { localTenant } from './support/local-tenants.ts';
import { recordsOf } from './support/log.ts';

const acme = localTenant('acme');
const token = acme.tokens.reader;
const LOG = '/v1/audit/log';
const EVENTS = 300; // more than a tile, so that there is a full one
const TIMEOUT = 120_000;

const directory = mkdtempSync(join(tmpdir(), 'published-'));
const go = buildGoProgram(directory);
if ('missing' in go) console.log(`skipped, what Go's own packages say of the log: ${go.missing}`);
const withGo = 'missing' in go ? test.skip : test;

let older: string;

beforeAll(async () => {
  const before = uniqueName('published');
  await sendEvents(before, 3);
  older = await checkpoint();
  const task = uniqueName('published');
  await sendEvents(task, EVENTS);
}, TIMEOUT);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('tiles and bundles come as octets that may be kept for ever, the checkpoint is never kept', async () => {
  const opened = openCheckpoint(await checkpoint(), acme.verifier_key);
  if (!opened.ok) throw new Error(opened.failure);
  const tile = await read('tile/0/000');
  const bundle = await read('tile/entries/000');
  expect(tile.headers.get('cache-control')).toBe('private, max-age=31536000, immutable');
  expect(tile.headers.get('content-type')).toBe('application/octet-stream');
  const entries: Buffer[] = [];
  for (let offset = 0; offset < bundle.bytes.length; ) {
    const end = offset + 2 + bundle.bytes.readUInt16BE(offset);
    entries.push(bundle.bytes.subarray(offset + 2, end));
    offset = end;
  }
  expect(entries).toHaveLength(256);
  expect(Buffer.concat(entries.map((entry) => leafHash(entry)))).toEqual(tile.bytes);
  const beyond = Math.floor(opened.checkpoint.size / 256) + 1;
  expect((await read(`tile/0/${String(beyond).padStart(3, '0')}`)).status).toBe(404);
  const { headers } = await call(acme, 'GET', `${LOG}/checkpoint`, { token });
  expect(headers.get('cache-control')).toBe('no-store');
});

withGo(
  "Go's sumdb packages prove every record and the older checkpoint",
  async () => {
    const result = await check(older);
    const said = JSON.parse(result.out);
    expect(said).toMatchObject({ origin: acme.log_origin, consistent_with: sizeOf(older) });
    expect(said.size).toBeGreaterThanOrEqual(sizeOf(older) + EVENTS);
    expect(said.inclusion_proofs).toBe(said.size);
  },
  TIMEOUT,
);

withGo('and refuse a checkpoint of another history, and another key', async () => {
  const [origin, size, root, ...rest] = older.split('\n');
  const other = [origin, size, root?.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')), ...rest];
  expect(await check(other.join('\n'))).toMatchObject({ status: 1 });
  const { verifier_key: foreign } = localTenant('globex');
  expect(await check(older, foreign)).toMatchObject({ status: 1, err: expect.stringMatching(/checkpoint/) });
});

async function sendEvents(task: string, count: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 100) {
    const events = Array.from({ length: Math.min(100, count - sent) }, () => plainEvent(task));
    const body = { events };
    const { status } = await call(acme, 'POST', '/v1/audit/events', { token: acme.tokens.writer, body });
    expect(status).toBe(202);
  }
  await recordsOf(acme, task, count);
}

async function checkpoint(): Promise<string> {
  return (await call(acme, 'GET', `${LOG}/checkpoint`, { token })).text;
}

function sizeOf(note: string): number {
  return Number(note.split('\n')[1]);
}

async function read(path: string) {
  const answer = await fetch(`${acme.api_url}${LOG}/${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.status, headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
}

async function check(olderCheckpoint: string, key = acme.verifier_key) {
  if ('missing' in go) throw new Error(go.missing);
  const file = join(directory, 'older');
  writeFileSync(file, olderCheckpoint);
  const args = ['-log', `${acme.api_url}${LOG}`, '-key', key, '-older', file];
  const child = spawn(go.program, args, { env: { AUDIT_TRAIL_TOKEN: token } });
  const [out, err, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject)),
  ]);
  return { out, err, status };
}
