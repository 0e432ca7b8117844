import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** What a test may put into a token of the issuer; times are seconds since the Unix epoch. */
interface Wanted extends JWTPayload {
  /** Signs with a key that the issuer does not publish, under the id of one that it does. */
  forged?: true;
}

/** An OpenID Connect issuer on loopback: it describes itself, publishes a key, and signs what it is told to. */
export interface LocalIssuer {
  readonly issuer: string;
  sign(payload: Wanted, options?: { alg?: 'ES256' | 'RS256' }): Promise<string>;
  /** Requests for keys that it got. */
  readonly asked: string[];
  /** Answers with 503 from now on, or as it should again. */
  fail(failing: boolean): void;
  stop(): Promise<void>;
}

/** Made once: a pair takes seconds on a busy machine. Issuers that must differ sign with ES256. */
let rsa: ReturnType<typeof generateKeyPair> | undefined;

/** Starts an issuer; `describe` may change what it says of itself. */
export async function startIssuer(
  describe: (configuration: Record<string, unknown>) => Record<string, unknown> = (same) => same,
): Promise<LocalIssuer> {
  rsa ??= generateKeyPair('RS256');
  const pairs = { ES256: await generateKeyPair('ES256'), RS256: await rsa };
  const other = { ES256: await generateKeyPair('ES256'), RS256: await rsa };
  const keys = await Promise.all(
    (['ES256', 'RS256'] as const).map(async (alg) => ({
      ...(await exportJWK(pairs[alg].publicKey)),
      kid: alg,
      alg,
    })),
  );
  const asked: string[] = [];
  let failing = false;
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': describe({
        issuer,
        jwks_uri: `${issuer}/keys`,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
      }),
      '/keys': { keys },
    };
    const body = documents[request.url ?? ''];
    response.statusCode = failing ? 503 : body === undefined ? 404 : 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const issuer = `http://127.0.0.1:${address.port}`;
  return {
    issuer,
    asked,
    sign: async ({ forged, ...payload }, { alg = 'ES256' } = {}) =>
      await new SignJWT(payload)
        .setProtectedHeader({ alg, kid: alg })
        .sign((forged ? other : pairs)[alg].privateKey),
    fail: (now) => {
      failing = now;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
