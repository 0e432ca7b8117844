import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { expect, test } from '@jest/globals';
import { isPublicAddress, publicLookup } from '../../../lambdas/adapters/public-address.ts';
import { type Egress, postPublic } from '../../../lambdas/adapters/public-post.ts';

/** Of a test alone, for a name that nobody has. */
const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgbxSycn06KkQLLeaJ
zcEQU6ZVed+Brns01gJWhQfiOrihRANCAAQpJObEzOtsIk0bhiSDL57Qsuz4ruXz
iEM9QAYZPDfjGpcccGQWsqJRkTEJxwoiqreWtGG1V4QFEbJffNrV7ljn
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBoTCCAUegAwIBAgIUS2KZNjJFeYAGi29j7PrIjobigbwwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNb3RoZXIuZXhhbXBsZTAgFw0yNjExMjQxMjM5NDVaGA8yMTI2
MTAzMTEyMzk0NVowGDEWMBQGA1UEAwwNb3RoZXIuZXhhbXBsZTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABCkk5sTM62wiTRuGJIMvntCy7Piu5fOIQz1ABhk8N+Ma
lxxwZBayolGRMQnHCiKqt5a0YbVXhAURsl982tXuWOejbTBrMB0GA1UdDgQWBBQM
jSwwF/rKN/A/u/cnHkRTX8iXejAfBgNVHSMEGDAWgBQMjSwwF/rKN/A/u/cnHkRT
X8iXejAPBgNVHRMBAf8EBTADAQH/MBgGA1UdEQQRMA+CDW90aGVyLmV4YW1wbGUw
CgYIKoZIzj0EAwIDSAAwRQIhAKHefCZcWRJ5UODFfkAFYTAPIz4MO1xCJdgEjdiV
op6SAiBYL121d4laWvSoqKzDZuHZTWz6HAnmnPED2Wi3BQ067w==
-----END CERTIFICATE-----
`,
};

const LOCAL: Egress = { loopback: true, connectMs: 60_000, totalMs: 60_000 };
const IMPATIENT: Egress = { ...LOCAL, totalMs: 300 };

const post = (url: string, egress: Egress = { loopback: false }, answer = 100) =>
  postPublic({ url, headers: {}, body: '{}', answer }, egress);

/** Runs `use` with the port of a server that treats its requests as `hear` does. */
async function serving(hear: Parameters<typeof createServer>[1], use: (url: string) => Promise<void>) {
  await running(createServer(hear as never), 'http', use);
}

async function running(server: Server, scheme: string, use: (url: string) => Promise<void>) {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}/x`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test.each([
  'http://hooks.example/',
  'ftp://hooks.example/',
  'https://user:secret@hooks.example/',
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://0x7f.1/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://10.0.0.1/',
  'https://172.16.0.1/',
  'https://192.168.1.1/',
  'https://224.0.0.1/',
  'https://[::]/',
  'https://[2002:7f00:1::]/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://[fd00:ec2::254]/',
  'https://[fe80::1]/',
  'https://0.0.0.0/',
  'not an address',
])('%s is refused before anything is sent', async (url) => {
  expect(await post(url)).toEqual({ answered: false, problem: 'address_refused' });
});

test('a name that leads to this machine is refused when it is looked up', async () => {
  expect(await post('https://localhost/')).toEqual({ answered: false, problem: 'address_refused' });
});

test('of a name with a public and a private address neither is connected to', async () => {
  const all = (addresses: string[]) => addresses.every(isPublicAddress);
  expect(all(['8.8.8.8', '10.0.0.1'])).toBe(false);
  const looked = await new Promise((resolve) =>
    publicLookup('localhost', { all: true }, (error, address) => resolve(error ?? address)),
  );
  expect(looked).toBeInstanceOf(Error);
});

test('the address that was looked at is the one that is connected to: the name is asked once a request', async () => {
  const asked: string[] = [];
  const rebinding: LookupFunction = (hostname, _options, callback) => {
    asked.push(hostname);
    // The first answer leads to where nobody listens; a second look would lead elsewhere.
    callback(null, [{ address: '127.0.0.1', family: 4 }]);
  };
  const egress = { loopback: false, tls: { lookup: rebinding } };
  expect(await post('https://rebinding.example:9/', egress)).toEqual({
    answered: false,
    problem: 'no_connection',
  });
  expect(asked).toEqual(['rebinding.example']);
});

test('a redirect is an answer like any other: nobody goes where it points', async () => {
  let requests = 0;
  await serving(
    (_request, response) => {
      requests += 1;
      response.writeHead(301, { location: 'http://169.254.169.254/', 'retry-after': '7' }).end();
    },
    async (url) => {
      expect(await post(url, LOCAL)).toMatchObject({ answered: true, status: 301, retryAfter: '7' });
    },
  );
  expect(requests).toBe(1);
});

test('one that never answers, and one that answers byte by byte, end with the time', async () => {
  const timeout = { answered: false, problem: 'timeout' };
  await serving(
    () => undefined,
    async (url) => expect(await post(url, IMPATIENT)).toEqual(timeout),
  );
  await serving(
    (_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(drip));
    },
    async (url) => {
      expect(await post(url, IMPATIENT, 1_000_000)).toEqual(timeout);
      // Where nothing of the body is wanted, the status is all that is waited for.
      expect(await post(url, LOCAL, 0)).toMatchObject({ answered: true, status: 200 });
    },
  );
});

test('an answer beyond what is wanted, in its body or its head, ends the connection', async () => {
  await serving(
    (_request, response) => response.end('x'.repeat(10_000)),
    async (url) => expect(await post(url, LOCAL)).toEqual({ answered: false, problem: 'answer_too_long' }),
  );
  await serving(
    (_request, response) => response.writeHead(200, { 'x-long': 'x'.repeat(30_000) }).end(),
    async (url) => expect(await post(url, LOCAL)).toMatchObject({ answered: false }),
  );
});

test('an answer that is no HTTP, and a connection that is cut, are failures', async () => {
  await serving(
    (request) => request.socket.end('garbage\r\n\r\n'),
    async (url) => expect(await post(url, LOCAL)).toMatchObject({ answered: false }),
  );
  await serving(
    (request) => request.socket.destroy(),
    async (url) => expect(await post(url, LOCAL)).toEqual({ answered: false, problem: 'no_connection' }),
  );
});

test('without a certificate that is trusted nothing is sent', async () => {
  let heard = 0;
  const server = createTlsServer(SELF_SIGNED, () => {
    heard += 1;
  });
  await running(server as unknown as Server, 'https', async (url) => {
    expect(await post(url, LOCAL)).toEqual({ answered: false, problem: 'certificate' });
    // Trusted, but made out to another name.
    expect(await post(url, { ...LOCAL, tls: { ca: SELF_SIGNED.cert } })).toEqual({
      answered: false,
      problem: 'certificate',
    });
  });
  expect(heard).toBe(0);
});
