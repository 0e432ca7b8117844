import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { asTenantId } from '../../../../core/event/ids.ts';
import { bodyDigest, signClaim } from '../../../../core/identity/claim.ts';
import { type PrivateJwk, privateJwkSchema } from '../../../../core/identity/emitter.ts';
import { SCOPES, type Scope } from '../../../../core/identity/scope.ts';
import { mintToken } from '../../../../core/identity/token.ts';
import type { TestedTenant } from './tenant.ts';
import type { Belongings } from './things.ts';

const random = { octets: (length: number) => new Uint8Array(randomBytes(length)) };
const mintedSchema = z.object({ token_id: z.string(), token: z.string() });

/** A credential that must open nothing: what kind it is, and the `Authorization` header that carries it. */
export interface BadCredential {
  readonly kind: string;
  readonly authorization: string | undefined;
  /** A claim is refused by routes that take claims for its own reason, and by all others for being one. */
  readonly claim?: 'good' | 'bad';
}

/** Tokens that a run makes at a tenant, and ends again. */
export class Mint {
  readonly #of: Belongings;
  readonly #made: string[] = [];
  readonly #byScopes = new Map<string, Promise<string>>();

  constructor(of: Belongings) {
    this.#of = of;
  }

  async token(scopes: readonly Scope[], more: { expires_in_days?: number } = {}): Promise<string> {
    const { token_id, token } = mintedSchema.parse(
      await this.#of.ask('POST', '/v1/audit/tokens', { name: 'isolation suite', scopes, ...more }),
    );
    this.#made.push(token_id);
    return token;
  }

  /** One token for a set of scopes, however often it is asked for. */
  withScopes(scopes: readonly Scope[]): Promise<string> {
    const key = scopes.join(' ');
    const known = this.#byScopes.get(key) ?? this.token(scopes);
    this.#byScopes.set(key, known);
    return known;
  }

  /** Every scope but these. */
  without(scopes: readonly Scope[]): Promise<string> {
    return this.withScopes(SCOPES.filter((scope) => !scopes.includes(scope)));
  }

  async revoked(): Promise<string> {
    const token = await this.token(SCOPES);
    await this.#of.ask('DELETE', `/v1/audit/tokens/${this.#made.at(-1) ?? ''}`);
    return token;
  }

  async expired(): Promise<string | undefined> {
    const { expire } = this.#of.tenant;
    if (!expire) return undefined;
    const token = await this.token(SCOPES, { expires_in_days: 1 });
    await expire(token);
    return token;
  }

  async end(): Promise<void> {
    for (const id of this.#made) await this.#of.ask('DELETE', `/v1/audit/tokens/${id}`);
  }
}

/** Every kind of credential that opens nothing at `own`'s API; `other` is another tenant, whose own are good at home. */
export async function badCredentials(
  own: Belongings,
  mint: Mint,
  other: TestedTenant,
): Promise<BadCredential[]> {
  const { id, admin } = own.tenant;
  const bearer = (kind: string, token: string): BadCredential => ({ kind, authorization: `Bearer ${token}` });
  const last = admin.endsWith('A') ? 'B' : 'A';
  const expired = await mint.expired();
  return [
    { kind: 'no credential', authorization: undefined },
    bearer('malformed token', 'not-a-token'),
    { kind: 'token under another scheme', authorization: `Basic ${admin}` },
    bearer('token with a wrong checksum', admin.slice(0, -1) + last),
    bearer('token never issued', mintToken(id, random)),
    bearer("another tenant's token", other.admin),
    bearer("another tenant's token under this tenant's name", renamed(other.admin, id)),
    bearer('revoked token', await mint.revoked()),
    ...(expired === undefined ? [] : [bearer('expired token', expired)]),
    bearer('unsigned JWT', unsignedJwt(id)),
    ...(await claims(own, other)),
  ];
}

/** The other tenant's secret in a token that names this one, with the checksum that such a token has. */
function renamed(token: string, id: string): string {
  const [, secret = ''] = /^aat_[a-z0-9-]+_([0-9A-Za-z]{43})/.exec(token) ?? [];
  const value = [...secret].reduce((sum, digit) => sum * 62n + BigInt(BASE62.indexOf(digit)), 0n);
  const octets = Uint8Array.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex'));
  return mintToken(asTenantId(id), { octets: () => octets });
}
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function unsignedJwt(tenant: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1_000) + 300;
  return `${part({ alg: 'none', typ: 'JWT' })}.${part({ iss: 'https://idp.example', aud: tenant, sub: 'admin', exp })}.`;
}

async function claims({ tenant }: Belongings, other: TestedTenant): Promise<BadCredential[]> {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const stranger = privateJwkSchema.parse(jwk);
  const { emitter, origin } = tenant;
  const bad = async (kind: string, key: PrivateJwk, iss: string, sub: string): Promise<BadCredential> => ({
    kind,
    authorization: `Bearer ${await claimOf(key, iss, sub, origin)}`,
    claim: 'bad',
  });
  return [
    await bad(
      "another tenant's emitter, for this log",
      other.emitter.key,
      other.emitter.id,
      other.emitter.agent,
    ),
    await bad('claim in the name of an emitter, by a key of nobody', stranger, emitter.id, emitter.agent),
    {
      kind: "an emitter's claim for another tenant's log",
      authorization: `Bearer ${await claimOf(emitter.key, emitter.id, emitter.agent, other.origin)}`,
      claim: 'bad',
    },
    {
      kind: "an emitter's claim where only tokens count",
      authorization: `Bearer ${await claimOf(emitter.key, emitter.id, emitter.agent, origin)}`,
      claim: 'good',
    },
  ];
}

/** A claim as a bearer: it names the digest of an empty body. */
export function claimOf(key: PrivateJwk, iss: string, sub: string, aud: string): Promise<string> {
  const iat = Math.floor(Date.now() / 1_000);
  return signClaim(key, {
    iss,
    sub,
    aud,
    iat,
    exp: iat + 300,
    jti: randomUUID(),
    body_sha256: bodyDigest(''),
    session: 'isolation',
    seq: 0,
  });
}
