import { z } from 'zod';
import { sha256 } from '#crypto';
import { type DigestText, toBase64Url, toDigestText } from '../encoding.ts';
import type { Random } from '../ports.ts';
import { canonicalBytes } from './canonical.ts';
import type { AuditEvent } from './event.ts';
import { LIMITS } from './limits.ts';
import { parseEvent } from './parse.ts';
import { formatPointer, parsePointer, replaceAt, showPointer, valueAt } from './pointer.ts';
import { type Refusal, refuse } from './refusal.ts';
import { type Committed, isCommitted, type JsonValue } from './values.ts';

const SALT_OCTETS = 16;

/** What opens a commitment. It lies outside the log, and destroying it is what erasure means. */
export const disclosureSchema = z
  .strictObject({
    salt: z.string().regex(/^[A-Za-z0-9_-]{21}[AQgw]$/, 'expected 16 octets in base64url'),
    pointer: z.string().startsWith('/', { error: 'expected a JSON Pointer' }).max(LIMITS.eventBytes),
    value: z.unknown() as z.ZodType<JsonValue, JsonValue>,
  })
  .meta({ id: 'Disclosure' });
export type Disclosure = z.infer<typeof disclosureSchema>;

/** Disclosures as a sender may give them with an event. */
export const disclosuresSchema = z.array(disclosureSchema).max(LIMITS.keys);

/** SHA-256 over the RFC 8785 bytes of `[salt, pointer, value]`. */
export function commitmentOf(disclosure: Disclosure): DigestText {
  return toDigestText(sha256(canonicalBytes([disclosure.salt, disclosure.pointer, disclosure.value])));
}

/** A fresh commitment to `value` at `pointer`, and what opens it. */
export function commitTo(
  pointer: string,
  value: unknown,
  random: Random,
): { committed: DigestText; disclosure: Disclosure } {
  const salt = toBase64Url(random.octets(SALT_OCTETS));
  const disclosure = { salt, pointer, value: value as JsonValue };
  return { committed: commitmentOf(disclosure), disclosure };
}

/** Replaces the value at `tokens` by a commitment. Changes `event`; `extra` is added to the commitment. */
export function replaceByCommitment(
  event: AuditEvent,
  tokens: readonly string[],
  random: Random,
  extra: Omit<Committed, 'committed'> = {},
): Disclosure {
  const { committed, disclosure } = commitTo(formatPointer(tokens), valueAt(event, tokens), random);
  replaceAt(event, tokens, { committed, ...extra });
  return disclosure;
}

/** An event with its commitments opened as far as `disclosures` go; `mismatched` are pointers of those that opened none. */
export interface Opened {
  event: AuditEvent;
  mismatched: string[];
}

/**
 * Joins disclosures into an event. What has no disclosure stays committed; a disclosure that does not open the
 * commitment at its pointer changes nothing and is named. A disclosed value may hold commitments of its own, so the
 * outer ones are opened first.
 */
export function disclose(event: AuditEvent, disclosures: readonly Disclosure[]): Opened {
  const opened = structuredClone(event);
  const mismatched: string[] = [];
  const outerFirst = disclosures
    .map((disclosure) => ({ disclosure, tokens: parsePointer(disclosure.pointer) ?? [] }))
    .sort((a, b) => a.tokens.length - b.tokens.length);
  for (const { disclosure, tokens } of outerFirst) {
    const there = tokens[0] === 'payload' ? valueAt(opened, tokens) : undefined;
    if (isCommitted(there) && there.committed === commitmentOf(disclosure)) {
      replaceAt(opened, tokens, structuredClone(disclosure.value));
    } else mismatched.push(disclosure.pointer);
  }
  return { event: opened, mismatched };
}

/**
 * Whether each disclosure of a sender opens a commitment of `event`, and what they open is an event too. Undefined
 * where all is well.
 */
export function checkDisclosures(event: AuditEvent, disclosures: readonly Disclosure[]): Refusal | undefined {
  if (disclosures.length === 0) return undefined;
  const { event: opened, mismatched } = disclose(event, disclosures);
  const [first] = mismatched;
  if (first !== undefined) {
    const where = showPointer(parsePointer(first) ?? []) || 'a disclosure';
    return refuse(
      'disclosure_invalid',
      `${where}: expected the disclosure of a commitment that stands there`,
    );
  }
  const parsed = parseEvent(opened);
  return parsed.ok ? undefined : refuse('disclosure_invalid', `with its disclosures, ${parsed.detail}`);
}
