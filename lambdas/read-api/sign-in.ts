import type { Identity } from '../shared/env.ts';

/** How people sign in to the console; nothing in it is a secret. */
export interface SignInOffer {
  issuer: string;
  client_id: string;
  scope: string;
  /** Which of the issuer's tokens the API takes: the ID token where the console itself is the audience. */
  token: 'id_token' | 'access_token';
  /** Origins that the console may ask: the issuer's, and that of its token endpoint. */
  origins: string[];
}

/** What the tenant file lets the console offer; undefined where people have no way in but tokens. */
export function signInOffer(identity: Identity | undefined): SignInOffer | undefined {
  if (!identity?.console) return undefined;
  const { issuer, audience, console: client } = identity;
  const { client_id, scope, token_origin } = client;
  return {
    issuer,
    client_id,
    scope,
    token: audience === client_id ? 'id_token' : 'access_token',
    origins: [...new Set([new URL(issuer).origin, ...(token_origin === undefined ? [] : [token_origin])])],
  };
}
