import { describe, expect, test } from '@jest/globals';
import { httpWitness } from '../../../lambdas/adapters/http-witness.ts';
import { isPublicAddress } from '../../../lambdas/adapters/public-address.ts';
import { withServer } from '../../clients/sdk/loopback.ts';

describe('addresses', () => {
  test.each(['93.184.216.34', '8.8.8.8', '2606:2800:220:1:248:1893:25c8:1946'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.31.255.255',
    '192.168.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fd00:ec2::254',
    '::ffff:169.254.169.254',
    '::ffff:8.8.8.8',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    'ff02::1',
    'localhost',
    '',
  ])('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('a witness is asked', () => {
  test.each([
    ['http://witness.example', 'over https alone'],
    ['https://user:secret@witness.example', 'over https alone'],
    ['https://127.0.0.1', 'public address'],
    ['https://[::1]', 'public address'],
    ['https://169.254.169.254/latest', 'public address'],
    ['https://2130706433', 'public address'], // 127.0.0.1 as a number, which URL writes out
    ['https://localhost', 'public address'], // found out when it is looked up
    ['http://127.0.0.1:9', 'over https alone'],
  ])('not at %s', async (url, problem) => {
    await expect(httpWitness({ loopback: false })(url, 'x')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(problem),
    });
  });

  test('on this machine where that is switched on, and no redirect is followed', async () => {
    const answers = [
      { status: 200, body: 'a line' },
      { status: 302, headers: { location: 'http://127.0.0.1:9/' }, body: '' },
    ];
    await withServer(
      () => answers.shift() ?? { status: 500 },
      async (url, heard) => {
        const ask = httpWitness({ loopback: true });
        expect(await ask(url, 'old 0')).toEqual({ status: 200, body: 'a line' });
        expect(await ask(url, 'old 0')).toMatchObject({ status: 302 });
        expect(heard.map(({ method, path }) => `${method} ${path}`)).toEqual([
          'POST /add-checkpoint',
          'POST /add-checkpoint',
        ]);
      },
    );
  });

  test('and not listened to without end', async () => {
    await withServer(
      () => ({ status: 200, body: 'x'.repeat(100_000) }),
      async (url) => {
        await expect(httpWitness({ loopback: true })(url, 'x')).rejects.toMatchObject({
          code: 'unavailable',
        });
      },
    );
  });
});
