import { compactVerify, SignJWT } from 'jose';
import { z } from 'zod';
import { sha256 } from '#crypto';
import { type DigestText, fromBase64Url, fromUtf8, toDigestText, utf8 } from '../encoding.ts';
import { type Refusal, refuse } from '../event/refusal.ts';
import { count, digestSchema, short } from '../event/values.ts';
import { type Emitter, keyIdOf, mayEmitFor, type PrivateJwk, publicJwkSchema } from './emitter.ts';
import { vouchedEmitter, type WorkloadTerms } from './workload.ts';

const MAX_CLAIM = 4_096;
/** A workload's token, and a claim that carries one in its header. */
const MAX_WORKLOAD_TOKEN = 4_096;
const MAX_VOUCHED_CLAIM = 10_000;
const MAX_LIFETIME = 10 * 60; // seconds
const LEEWAY = 60; // seconds that the sender's clock may be off
const REDRIVE_WINDOW = 28 * 24 * 3_600; // seconds
// 64 octets in 86 characters; the last may not carry stray bits, so that one signature has one spelling and one digest.
const SIGNATURE = /^[A-Za-z0-9_-]{85}[AQgw]$/;
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

const headerSchema = z.strictObject({
  alg: z.literal('EdDSA'),
  kid: z.string().regex(THUMBPRINT),
  typ: z.literal('JWT').optional(),
  /** In the place of a registered key: the key, and a token of the workload's platform that vouches for it. */
  jwk: publicJwkSchema.optional(),
  workload: z.string().min(1).max(MAX_WORKLOAD_TOKEN).optional(),
});
type Header = z.infer<typeof headerSchema>;

const claimSchema = z.strictObject({
  iss: short(),
  sub: short(),
  aud: short(),
  iat: z.int().positive(),
  exp: z.int().positive(),
  jti: short(),
  body_sha256: digestSchema,
  session: short(),
  seq: count(),
});

/** What an emitter states about one message. Times are seconds since the Unix epoch (RFC 7519). */
export type Claim = z.infer<typeof claimSchema>;

/** SHA-256 of a message body, as a claim names it. */
export function bodyDigest(body: string | Uint8Array): DigestText {
  return toDigestText(sha256(typeof body === 'string' ? utf8(body) : body));
}

/** The claim as a JWT, signed with the emitter's Ed25519 key; with the token that vouches for it where none is registered. */
export async function signClaim(key: PrivateJwk, claim: Claim, workload?: string): Promise<string> {
  const { kty, crv, x } = key;
  const header = {
    alg: 'EdDSA',
    kid: await keyIdOf(key),
    ...(workload && { jwk: { kty, crv, x }, workload }),
  };
  return new SignJWT({ ...claim }).setProtectedHeader(header).sign(key);
}

/** Against what a claim is judged. */
export interface ClaimTerms {
  /** The emitter registered under a key id. What it throws is passed on: an outage means retry, not refusal. */
  emitterByKid(kid: string): Promise<Emitter | undefined>;
  /** Where workloads may send with their platform's word instead of a registered key. */
  workloads?: WorkloadTerms | undefined;
  /** The origin of this tenant's log. */
  audience: string;
  /** Of the body that the claim came with. */
  bodySha256: DigestText;
  /** When the queue took the message, in milliseconds since the Unix epoch. */
  sentAt: number;
  /** The message comes back from the dead-letter queue, so `sentAt` tells when that was: `iat` counts, for 28 days. */
  redriven?: boolean;
}

/** A claim that holds: who sent the message, and the digest of the JWT for the record. */
export interface VerifiedClaim {
  ok: true;
  emitter: Emitter;
  claim: Claim;
  claimDigest: DigestText;
}

/**
 * Judges a claim: form, audience, body and times first, since they cost nothing; then the emitter and the signature.
 * Nothing of the claim is believed before the signature holds; what is refused earlier is refused whoever wrote it.
 */
export async function verifyClaim(jwt: string, terms: ClaimTerms): Promise<VerifiedClaim | Refusal> {
  const decoded = decode(jwt);
  if (!decoded) return refuse('claim_malformed');
  const { claim, header } = decoded;
  if (claim.aud !== terms.audience) return refuse('claim_wrong_audience');
  if (claim.body_sha256 !== terms.bodySha256) return refuse('claim_body_mismatch');
  const untimely = judgeTimes(claim, terms);
  if (untimely) return untimely;

  const emitter = await emitterOf(header, claim, terms);
  if ('ok' in emitter) return emitter;
  try {
    await compactVerify(jwt, emitter.publicJwk, { algorithms: ['EdDSA'] });
  } catch {
    return refuse('claim_forged');
  }
  if (isRemoved(emitter, claim, terms)) return refuse('emitter_removed');
  if (!mayEmitFor(emitter, claim.sub)) return refuse('agent_not_allowed');
  return { ok: true, emitter, claim, claimDigest: toDigestText(sha256(utf8(jwt))) };
}

/** Who has the key that the claim names, by the registry or by the word of the workload's platform. */
async function emitterOf(header: Header, claim: Claim, terms: ClaimTerms): Promise<Emitter | Refusal> {
  const { kid, jwk, workload: token } = header;
  if (jwk !== undefined && token !== undefined) {
    const at = terms.redriven ? claim.iat * 1_000 : terms.sentAt;
    const vouched = await vouchedEmitter(
      { token, kid, jwk },
      { logOrigin: terms.audience, at },
      terms.workloads,
    );
    return 'ok' in vouched || vouched.id === claim.iss ? vouched : refuse('emitter_unknown');
  }
  const emitter = await terms.emitterByKid(kid);
  return emitter?.kid === kid && emitter.id === claim.iss ? emitter : refuse('emitter_unknown');
}

function decode(jwt: string): { claim: Claim; header: Header } | undefined {
  if (jwt.length > MAX_VOUCHED_CLAIM) return undefined;
  const [header, payload, signature, ...more] = jwt.split('.');
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0)
    return undefined;
  if (!SIGNATURE.test(signature)) return undefined;
  const protectedHeader = headerSchema.safeParse(jsonOf(header));
  const claim = claimSchema.safeParse(jsonOf(payload));
  if (!protectedHeader.success || !claim.success) return undefined;
  const { jwk, workload } = protectedHeader.data;
  if ((jwk === undefined) !== (workload === undefined)) return undefined;
  if (workload === undefined && jwt.length > MAX_CLAIM) return undefined;
  return { claim: claim.data, header: protectedHeader.data };
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(fromUtf8(fromBase64Url(part)));
  } catch {
    return undefined; // not base64url, not UTF-8 or not JSON
  }
}

function judgeTimes(claim: Claim, terms: ClaimTerms): Refusal | undefined {
  const sent = terms.sentAt / 1_000;
  if (claim.iat > sent + LEEWAY) return refuse('claim_not_yet_valid');
  if (claim.exp <= claim.iat || claim.exp - claim.iat > MAX_LIFETIME) {
    return refuse('claim_malformed', `exp: expected at most ${MAX_LIFETIME} seconds after iat`);
  }
  const last = terms.redriven ? claim.iat + REDRIVE_WINDOW : claim.exp + LEEWAY;
  return sent > last ? refuse('claim_expired') : undefined;
}

/**
 * A message that was sent before its emitter was removed counts. `iat` is the sender's word, so it decides only where
 * the time of sending is lost (redriven) and nobody else is known to have had the key.
 */
function isRemoved(emitter: Emitter, claim: Claim, terms: ClaimTerms): boolean {
  if (emitter.removedAt === undefined) return false;
  const issued = claim.iat * 1_000;
  if (emitter.compromisedSince !== undefined && issued >= emitter.compromisedSince) return true;
  const trustIssued = terms.redriven === true && emitter.compromisedSince === undefined;
  return (trustIssued ? issued : terms.sentAt) >= emitter.removedAt;
}
