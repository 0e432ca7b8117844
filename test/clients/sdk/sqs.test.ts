import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { sqs } from '../../../clients/sdk/sqs.ts';
import { contentHash } from '../../../core/event/canonical.ts';
import { bodyDigest, verifyClaim } from '../../../core/identity/claim.ts';
import { keyIdOf, type PrivateJwk } from '../../../core/identity/emitter.ts';
import { type Answer, type Heard, withServer } from './loopback.ts';
import { memoryTrail } from './memory-transport.ts';

const JWK: PrivateJwk = {
  // RFC 8037, appendix A
  kty: 'OKP',
  crv: 'Ed25519',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
};
const ORIGIN = 'audit.example/acme/0a1b2c3d';
const KEY = { emitter_id: 'emitter-1', log_origin: ORIGIN, private_jwk: JWK };

interface Entry {
  Id: string;
  MessageBody: string;
  MessageAttributes: { claim: { StringValue: string } };
}

const entriesOf = ({ body }: Heard): Entry[] => JSON.parse(String(body)).Entries;
const claimOf = (entry: Entry) => entry.MessageAttributes.claim.StringValue;

function taken(entries: readonly Entry[]) {
  return entries.map(({ Id, MessageBody }) => ({
    Id,
    MessageId: Id,
    MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex'),
  }));
}
const takeAll = (heard: Heard): Answer => ({
  status: 200,
  body: { Successful: taken(entriesOf(heard)), Failed: [] },
});

function trailTo(url: string, emitterKey: typeof KEY | string = KEY) {
  const transport = sqs({
    queueUrl: `${url}/000000000000/ingest`,
    emitterKey,
    endpoint: url,
    region: 'us-east-1',
    apiUrl: url,
  });
  return memoryTrail({ transport, retry: { attempts: 3 } });
}

const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const saved = NAMES.map((name) => process.env[name]);
beforeEach(() => {
  for (const name of NAMES) process.env[name] = 'local';
});
afterEach(() => {
  for (const [index, name] of NAMES.entries()) {
    const value = saved[index];
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

test('each message carries a claim that the writer accepts, for exactly its body', async () => {
  await withServer(takeAll, async (url, heard) => {
    const { trail, clock } = trailTo(url);
    trail.startTask({ goal: 'g', user_id: 'u' }).message({ role: 'user', content: 'half \ufffe of nothing' });
    expect(await trail.close()).toEqual({ taken: 2, rejected: 0, unsent: 0 });

    const [entry] = heard.flatMap(entriesOf);
    if (!entry) throw new Error('no message came');
    const { x, kty, crv } = JWK;
    const verdict = await verifyClaim(claimOf(entry), {
      emitterByKid: async (kid) => ({
        id: 'emitter-1',
        agents: ['refund-agent'],
        kid: kid === (await keyIdOf(JWK)) ? kid : 'another',
        publicJwk: { kty, crv, x },
        createdAt: 0,
      }),
      audience: ORIGIN,
      bodySha256: bodyDigest(entry.MessageBody),
      sentAt: clock.now(),
    });
    expect(verdict).toMatchObject({ ok: true, claim: { sub: 'refund-agent', seq: 0 } });
    const { nonce, events } = JSON.parse(entry.MessageBody);
    expect(nonce).toMatch(/^[0-9a-f]{32}$/);
    expect(events).toHaveLength(2);
    expect(entry.MessageBody).not.toContain('\ufffe'); // SQS would refuse it
    expect(contentHash(events[1])).toMatch(/^sha256:/);
    expect(events[1].payload.content).toBe('half \ufffe of nothing');
  });
});

test('a message holds the events of one agent, at most 500', async () => {
  await withServer(takeAll, async (url, heard) => {
    const { trail } = trailTo(url);
    const task = trail.startTask({ goal: 'g', user_id: 'u' });
    task.startTask({ goal: 'h', agent: { id: 'hotel-agent', version: '1' } }).complete();
    for (let index = 0; index < 600; index++) task.message({ role: 'user', content: index });
    await trail.close();
    const messages = heard.flatMap(entriesOf);
    const sizes = messages.map(({ MessageBody }) => JSON.parse(MessageBody).events.length);
    expect(sizes).toEqual([500, 2, 101]);
    const claims = messages.map((message) => decodeJwt(claimOf(message)));
    expect(claims.map(({ sub }) => sub)).toEqual(['refund-agent', 'hotel-agent', 'refund-agent']);
    expect(claims.map(({ seq }) => seq)).toEqual([0, 1, 2]);
  });
});

test('a message that SQS did not take is sent again under its own number with a fresh claim', async () => {
  let calls = 0;
  const failOnce = (heard: Heard): Answer => {
    if (calls++ > 0) return takeAll(heard);
    const [first, ...others] = entriesOf(heard);
    const Failed = [{ Id: first?.Id, SenderFault: false, Code: 'InternalError' }];
    return { status: 200, body: { Successful: taken(others), Failed } };
  };
  await withServer(failOnce, async (url, heard) => {
    const { trail } = trailTo(url);
    const task = trail.startTask({ goal: 'g', user_id: 'u' });
    task.startTask({ goal: 'h', agent: { id: 'hotel-agent', version: '1' } });
    expect(await trail.close()).toEqual({ taken: 2, rejected: 0, unsent: 0 });
    const claims = heard.flatMap(entriesOf).map((message) => decodeJwt(claimOf(message)));
    expect(claims.map(({ sub, seq }) => [sub, seq])).toEqual([
      ['refund-agent', 0],
      ['hotel-agent', 1],
      ['refund-agent', 0],
    ]);
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(3);
  });
});

test('a refused call is not repeated, an outage is', async () => {
  const refused = { status: 403, body: { __type: 'com.amazonaws.sqs#AccessDeniedException', message: 'no' } };
  await withServer(
    () => refused,
    async (url, heard) => {
      const { trail } = trailTo(url);
      trail.startTask({ goal: 'g', user_id: 'u' });
      expect(await trail.close()).toMatchObject({ unsent: 1 });
      expect(heard).toHaveLength(1);
    },
  );
  const answers: Answer[] = [{ status: 500, body: { __type: 'InternalFailure' } }];
  await withServer(
    (request) => answers.shift() ?? takeAll(request),
    async (url) => {
      const { trail } = trailTo(url);
      trail.startTask({ goal: 'g', user_id: 'u' });
      expect(await trail.close()).toMatchObject({ taken: 1 });
    },
  );
});

test('a key file is read with or without a kid beside the key; what is wrong with it is said without quoting it', () => {
  const file = (content: unknown) => {
    const path = join(mkdtempSync(join(tmpdir(), 'emitter-')), 'key.json');
    writeFileSync(path, JSON.stringify(content));
    return path;
  };
  const open = (emitterKey: string, logOrigin?: string) =>
    sqs({ queueUrl: 'http://127.0.0.1/q', emitterKey, region: 'us-east-1', ...(logOrigin && { logOrigin }) });
  const { log_origin, ...without } = KEY;
  expect(() => open(file({ ...KEY, private_jwk: { ...JWK, kid: 'k' } }))).not.toThrow();
  expect(() => open(file(without), log_origin)).not.toThrow();
  expect(() => open(file(without))).toThrow(/origin/);
  expect(() => open(file({ ...KEY, private_jwk: { ...JWK, d: 'secret' } }))).toThrow(/private_jwk\.d$/);
  expect(() => open('/nowhere/key.json')).toThrow(/ENOENT/);
});
