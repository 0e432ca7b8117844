import { describe, expect, test } from '@jest/globals';
import * as browser from '../../../core/crypto/browser.ts';
import * as node from '../../../core/crypto/node.ts';
import { fromHex, toHex, utf8 } from '../../../core/encoding.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

/** RFC 4231, cases 1, 2 and 6 (a key longer than a block). */
const HMAC_VECTORS = [
  [
    '0b'.repeat(20),
    toHex(utf8('Hi There')),
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  ],
  [
    toHex(utf8('Jefe')),
    toHex(utf8('what do ya want for nothing?')),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
  [
    'aa'.repeat(131),
    toHex(utf8('Test Using Larger Than Block-Size Key - Hash Key First')),
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
] as const;

/** RFC 8032, section 7.1, tests 1 to 3: public key, message, signature. */
const ED25519_VECTORS = [
  [
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
  [
    'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025',
    'af82',
    '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a',
  ],
] as const;

/** The private keys of the same tests. */
const ED25519_SEEDS = [
  '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
  'c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7',
] as const;

/** Order of the group, RFC 8032, section 5.1, as 32 bytes with the lowest first. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The eight points of small order, in their canonical form: keys under which one signature can fit every message. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
];

function littleEndian(hex: string): bigint {
  return BigInt(`0x${hex.match(/../g)?.reverse().join('')}`);
}

function hexOf(value: bigint): string {
  return value.toString(16).padStart(64, '0').match(/../g)?.reverse().join('') ?? '';
}

describe.each([
  ['on servers', node],
  ['in the browser', browser],
])('%s', (_where, crypto) => {
  // FIPS 180-4's examples, and the empty message.
  test.each([
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [
      'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq',
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    ],
  ])('SHA-256 of "%s", whole and in parts', (message, digest) => {
    const bytes = utf8(message);
    expect(toHex(crypto.sha256(bytes))).toBe(digest);
    expect(crypto.sha256Hex(bytes)).toBe(digest);
    expect(toHex(crypto.sha256(bytes.subarray(0, 1), bytes.subarray(1)))).toBe(digest);
    expect(toHex(crypto.sha256(...Array.from(bytes, (byte) => new Uint8Array([byte]))))).toBe(digest);
  });

  test.each([0, 1, 31, 32, 64, 500, 20_000])(
    'SHA-256 of a tag and %i bytes behind it, in one piece or in two',
    (length) => {
      const bytes = new SeededRandom(length).octets(length);
      const digest = toHex(crypto.sha256(new Uint8Array([7]), bytes));
      expect(toHex(crypto.sha256Tagged(7, bytes))).toBe(digest);
      const half = Math.floor(length / 2);
      expect(toHex(crypto.sha256Tagged(7, bytes.subarray(0, half), bytes.subarray(half)))).toBe(digest);
    },
  );

  test.each(HMAC_VECTORS)('HMAC-SHA-256 with key %s', (key, message, tag) => {
    expect(toHex(crypto.hmacSha256(fromHex(key), fromHex(message)))).toBe(tag);
  });

  test.each(ED25519_VECTORS)('Ed25519 by %s', (key, message, signature) => {
    const [k, m, s] = [fromHex(key), fromHex(message), fromHex(signature)];
    expect(crypto.verifyEd25519(k, m, s)).toBe(true);
    expect(crypto.verifyEd25519(k, m, s)).toBe(true); // a key that was seen before
    expect(crypto.verifyEd25519(k, utf8('another message'), s)).toBe(false);
    for (const position of [0, 31, 32, 63]) {
      const altered = s.slice();
      altered[position] = (altered[position] ?? 0) ^ 1;
      expect(crypto.verifyEd25519(k, m, altered)).toBe(false);
    }
  });

  test.each(ED25519_VECTORS.map((vector, position) => [ED25519_SEEDS[position] ?? '', ...vector] as const))(
    'Ed25519 signs by %s, whose public key it knows',
    (seed, key, message, signature) => {
      expect(toHex(crypto.ed25519PublicKey(fromHex(seed)))).toBe(key);
      expect(toHex(crypto.signEd25519(fromHex(seed), fromHex(message)))).toBe(signature);
    },
  );

  test('a signature has one form: S beyond the order of the group is refused', () => {
    const [key, message, signature] = ED25519_VECTORS[1];
    const s = littleEndian(signature.slice(64)) + ORDER;
    const malleable = fromHex(signature.slice(0, 64) + hexOf(s));
    expect(crypto.verifyEd25519(fromHex(key), fromHex(message), malleable)).toBe(false);
  });

  test('what is no key, or no signature, verifies nothing', () => {
    const [key, message, signature] = ED25519_VECTORS[1].map(fromHex) as [Uint8Array, Uint8Array, Uint8Array];
    expect(crypto.verifyEd25519(key.subarray(1), message, signature)).toBe(false);
    expect(crypto.verifyEd25519(key, message, signature.subarray(1))).toBe(false);
    expect(crypto.verifyEd25519(new Uint8Array(32).fill(0xff), message, signature)).toBe(false); // not a point
    expect(crypto.verifyEd25519(fromHex('02'.padEnd(64, '0')), message, signature)).toBe(false); // not on the curve
  });

  test('bytes are equal or not, at any place and length', () => {
    const bytes = utf8('a secret');
    expect(crypto.equalConstantTime(bytes, bytes.slice())).toBe(true);
    expect(crypto.equalOctets(bytes, bytes.slice())).toBe(true);
    expect(crypto.equalOctets(bytes, bytes.subarray(1))).toBe(false);
    for (let position = 0; position < bytes.length; position++) {
      const other = bytes.slice();
      other[position] = 0;
      expect(crypto.equalConstantTime(bytes, other)).toBe(false);
      expect(crypto.equalOctets(bytes, other)).toBe(false);
    }
    expect(crypto.equalConstantTime(bytes, bytes.subarray(1))).toBe(false);
    expect(crypto.equalConstantTime(new Uint8Array(), new Uint8Array())).toBe(true);
  });

  test('random octets are as many as asked for, and others each time', () => {
    expect(crypto.randomOctets(16)).toHaveLength(16);
    expect(toHex(crypto.randomOctets(16))).not.toBe(toHex(crypto.randomOctets(16)));
  });
});

test('servers and browsers agree about keys of small order, and about noise: no', () => {
  const random = new SeededRandom(8032);
  const zero = '00'.repeat(32);
  const odd = SMALL_ORDER.flatMap((key) =>
    SMALL_ORDER.flatMap((r) => [
      [key, r + zero],
      [key, r + hexOf(1n)],
    ]),
  );
  const noise = Array.from({ length: 50 }, () => [toHex(random.octets(32)), toHex(random.octets(64))]);
  for (const [key = '', signature = ''] of [...odd, ...noise]) {
    for (const message of ['', 'a', 'a checkpoint']) {
      const given = [fromHex(key), utf8(message), fromHex(signature)] as const;
      const verdicts = [node.verifyEd25519(...given), browser.verifyEd25519(...given)];
      expect([key, signature, message, ...verdicts]).toEqual([key, signature, message, false, false]);
    }
  }
});

test('servers and browsers hash text alike, by its UTF-8', () => {
  for (const text of ['', 'abc', 'Grüße 中 \u{1f600}']) {
    expect(toHex(browser.sha256OfText(text))).toBe(toHex(node.sha256(utf8(text))));
    expect(toHex(node.sha256OfText(text))).toBe(toHex(node.sha256(utf8(text))));
  }
});
