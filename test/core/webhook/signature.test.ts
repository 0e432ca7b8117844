import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { verifyEd25519 } from '../../../core/crypto/node.ts';
import { fromBase64, utf8 } from '../../../core/encoding.ts';
import { mintSecret, signedHeaders } from '../../../core/webhook/signature.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

const random = new SeededRandom(3);
const message = () => ({ id: 'msg_1', at: Date.now(), body: '{"type":"audit.test","zwölf":12}' });

test('the library of Standard Webhooks takes ours, and nothing that was altered', () => {
  const { secret } = mintSecret('v1', random);
  const sent = message();
  const headers = signedHeaders(sent, [secret]);
  expect(new Webhook(secret).verify(sent.body, headers)).toEqual(JSON.parse(sent.body));
  expect(() => new Webhook(secret).verify(`${sent.body} `, headers)).toThrow();
  const { secret: other } = mintSecret('v1', random);
  expect(() => new Webhook(other).verify(sent.body, headers)).toThrow();
});

test('while a secret is replaced, a receiver that knows either takes the message', () => {
  const old = mintSecret('v1', random).secret;
  const fresh = mintSecret('v1', random).secret;
  const sent = message();
  const headers = signedHeaders(sent, [fresh, old]);
  expect(headers['webhook-signature']?.split(' ')).toHaveLength(2);
  for (const secret of [old, fresh])
    expect(() => new Webhook(secret).verify(sent.body, headers)).not.toThrow();
});

test('the example of the specification: id, timestamp and body, joined by dots', () => {
  const headers = signedHeaders(
    { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_000, body: '{"test": 2432232314}' },
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  );
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('v1a is Ed25519, checked with the public key alone', () => {
  const { secret, publicKey = '' } = mintSecret('v1a', random);
  expect(secret).toMatch(/^whsk_/);
  expect(publicKey).toMatch(/^whpk_/);
  const sent = message();
  const headers = signedHeaders(sent, [secret]);
  const [kind, signature = ''] = headers['webhook-signature']?.split(',') ?? [];
  expect(kind).toBe('v1a');
  const content = utf8(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${sent.body}`);
  const key = fromBase64(publicKey.slice('whpk_'.length));
  expect(verifyEd25519(key, content, fromBase64(signature))).toBe(true);
  expect(verifyEd25519(key, utf8('other'), fromBase64(signature))).toBe(false);
  expect(key).toHaveLength(generateKeyPairSync('ed25519').publicKey.export({ format: 'raw-public' }).length);
});

test('what is stored and no secret of ours signs nothing', () => {
  expect(() => signedHeaders(message(), ['a password'])).toThrow('none of ours');
});
