import { sha256 } from '#crypto';
import { toBase64Url, utf8 } from '../../core/encoding.ts';

/** How the tenant's API says that people sign in. */
export interface OidcOffer {
  issuer: string;
  client_id: string;
  scope: string;
  token: 'id_token' | 'access_token';
  origins: string[];
}

/** Where a sign-in stands while the reader is at the issuer; kept for the tab. */
interface Pending {
  state: string;
  nonce: string;
  verifier: string;
  redirectUri: string;
  /** What was looked at, behind the `#`. */
  hash: string;
}

interface Endpoints {
  authorization: string;
  token: string;
}

const PENDING = 'agent-audit-trail.sign-in';

/** What the API offers; undefined where it offers nothing, or does not answer. */
export async function oidcOffer(base: string): Promise<OidcOffer | undefined> {
  try {
    const answer = await ask(`${base}/console/sign-in.json`);
    return ((await answer.json()) as { oidc: OidcOffer | null }).oidc ?? undefined;
  } catch {
    return undefined;
  }
}

/** Goes to the issuer (OpenID Connect Core, section 3.1; PKCE, RFC 7636). Throws where the issuer is not as it should be. */
export async function leaveForIssuer(base: string, offer: OidcOffer): Promise<void> {
  const { authorization } = await endpointsOf(offer);
  const pending: Pending = {
    state: random(),
    nonce: random(),
    verifier: random(),
    redirectUri: `${base}/console/`,
    hash: location.hash,
  };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const address = new URL(authorization);
  const asked = {
    response_type: 'code',
    client_id: offer.client_id,
    redirect_uri: pending.redirectUri,
    scope: offer.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: toBase64Url(sha256(utf8(pending.verifier))),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
  location.assign(address);
}

/** Whether the issuer has sent the reader back here. */
export function isBackFromIssuer(): boolean {
  const answer = new URLSearchParams(location.search);
  return answer.has('state') && (answer.has('code') || answer.has('error'));
}

/**
 * The token that the issuer's code is worth. The code leaves the address at once, and is used by the tab alone that asked
 * for it. Throws with words for the reader.
 */
export async function tokenFromIssuer(offer: OidcOffer): Promise<string> {
  const answer = new URLSearchParams(location.search);
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null') as Pending | null;
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, '', `${location.pathname}${pending?.hash ?? ''}`);
  if (!pending || answer.get('state') !== pending.state)
    throw new Error('This answer of the issuer is to no question of this tab. Sign in anew.');
  const iss = answer.get('iss'); // RFC 9207
  if (iss !== null && iss !== offer.issuer)
    throw new Error('Another issuer answered than the one that was asked.');
  const code = answer.get('code');
  if (code === null) throw new Error('The issuer did not let you in.');

  const { token } = await endpointsOf(offer);
  const response = await ask(token, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: offer.client_id,
      redirect_uri: pending.redirectUri,
      code_verifier: pending.verifier,
      code,
    }),
  });
  const given = (await response.json()) as Partial<Record<'id_token' | 'access_token', unknown>>;
  if (typeof given.id_token === 'string' && nonceOf(given.id_token) !== pending.nonce)
    throw new Error('The token of the issuer was made for another sign-in.');
  const wanted = given[offer.token];
  if (typeof wanted !== 'string') throw new Error(`The issuer gave no ${offer.token.replace('_', ' ')}.`);
  return wanted;
}

/** The issuer's own description, of which nothing is believed that lies elsewhere than the tenant file allows. */
async function endpointsOf({ issuer, origins }: OidcOffer): Promise<Endpoints> {
  const response = await ask(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const told = (await response.json()) as Record<string, unknown>;
  const { issuer: name, authorization_endpoint: authorization, token_endpoint: token } = told;
  if (name !== issuer || typeof authorization !== 'string' || typeof token !== 'string')
    throw new Error('The issuer does not describe itself as one.');
  if (!origins.includes(new URL(token).origin) || !isSafe(authorization))
    throw new Error('The issuer asks to go where the tenant file does not allow it (token_origin).');
  return { authorization, token };
}

function isSafe(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && hostname === '127.0.0.1');
}

async function ask(address: string, more: RequestInit = {}): Promise<Response> {
  const response = await fetch(address, {
    ...more,
    cache: 'no-store',
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
    redirect: 'error',
  }).catch(() => undefined);
  if (!response?.ok)
    throw new Error(`The issuer does not answer as it should${response ? `: ${response.status}` : ''}.`);
  return response;
}

/** The nonce of an ID token. Nothing is believed by it but that the token is of this sign-in: the API verifies the rest. */
function nonceOf(token: string): unknown {
  const [, payload = ''] = token.split('.');
  try {
    const text = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    return (JSON.parse(text) as { nonce?: unknown }).nonce;
  } catch {
    return undefined;
  }
}

function random(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}
