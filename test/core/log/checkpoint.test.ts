import { expect, test } from '@jest/globals';
import { toBase64 } from '../../../core/encoding.ts';
import { checkpointText, openCheckpoint, signCheckpoint } from '../../../core/log/checkpoint.ts';
import { EMPTY_ROOT } from '../../../core/log/merkle.ts';
import { formatVerifierKey } from '../../../core/log/note.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';

const signer = new MemoryCloud(new Uint8Array(32).fill(1)).signer();
const ORIGIN = 'audit.example/acme/00000001';
const verifierKey = formatVerifierKey(ORIGIN, await signer.publicKey());
const sign = (text: string) => signCheckpoint(text, verifierKey, (message) => signer.sign(message));

test('a checkpoint that was signed opens with the key, and says what it said', async () => {
  const note = await sign(checkpointText(ORIGIN, 42, EMPTY_ROOT));

  expect(note.startsWith(`${ORIGIN}\n42\n${toBase64(EMPTY_ROOT)}\n\n\u2014 ${ORIGIN} `)).toBe(true);
  const opened = openCheckpoint(note, verifierKey);
  expect(opened).toMatchObject({ ok: true, checkpoint: { origin: ORIGIN, size: 42 } });
});

test('extension lines are read over', async () => {
  const note = await sign(`${checkpointText(ORIGIN, 42, EMPTY_ROOT)}more\n`);

  expect(openCheckpoint(note, verifierKey).ok).toBe(true);
});

test('a checkpoint under another size does not open', async () => {
  const note = await sign(checkpointText(ORIGIN, 42, EMPTY_ROOT));

  expect(openCheckpoint(note.replace('\n42\n', '\n43\n'), verifierKey)).toEqual({
    ok: false,
    failure: 'signature_invalid',
  });
});

const root = toBase64(EMPTY_ROOT);

test.each([
  [`another.example/log\n1\n${root}\n`, 'origin_mismatch'],
  [`${ORIGIN}\n01\n${root}\n`, 'checkpoint_malformed'],
  [`${ORIGIN}\n-1\n${root}\n`, 'checkpoint_malformed'],
  [`${ORIGIN}\n9007199254740993\n${root}\n`, 'checkpoint_malformed'],
  [`${ORIGIN}\n1\n${root.slice(4)}\n`, 'checkpoint_malformed'],
  [`${ORIGIN}\n1\nnot base64\n`, 'checkpoint_malformed'],
  [`${ORIGIN}\n1\n${root}\n\nmore\n`, 'checkpoint_malformed'],
  [`${ORIGIN}\n1\n`, 'checkpoint_malformed'],
  [`\n1\n${root}\n`, 'checkpoint_malformed'],
])('%j is refused even where it was signed', async (text, failure) => {
  expect(openCheckpoint(await sign(text), verifierKey)).toEqual({ ok: false, failure });
});

test('a key that is none, or another one, opens nothing', async () => {
  const note = await sign(checkpointText(ORIGIN, 1, EMPTY_ROOT));
  const other = new MemoryCloud(new Uint8Array(32).fill(2)).signer();
  const otherKey = formatVerifierKey(ORIGIN, await other.publicKey());

  expect(openCheckpoint(note, 'no key')).toEqual({ ok: false, failure: 'key_malformed' });
  expect(openCheckpoint(note, otherKey)).toEqual({ ok: false, failure: 'unknown_key' });
});

test('a signature by another key than the published one is never published', async () => {
  const text = checkpointText(ORIGIN, 1, EMPTY_ROOT);

  await expect(signCheckpoint(text, verifierKey, async () => new Uint8Array(64))).rejects.toMatchObject({
    code: 'misconfigured',
  });
  await expect(signCheckpoint(text, 'no key', (message) => signer.sign(message))).rejects.toMatchObject({
    code: 'misconfigured',
  });
});

test('what no checkpoint can say is refused to whoever asks for it', () => {
  expect(() => checkpointText('an origin', 1, EMPTY_ROOT)).toThrow('origin');
  expect(() => checkpointText(ORIGIN, -1, EMPTY_ROOT)).toThrow('size');
  expect(() => checkpointText(ORIGIN, 1, EMPTY_ROOT.subarray(1))).toThrow('root');
});
