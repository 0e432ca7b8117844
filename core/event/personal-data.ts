import { hmacSha256 } from '#crypto';
import { toHex, utf8 } from '../encoding.ts';
import { AuditError } from '../errors.ts';
import type { Random } from '../ports.ts';
import { type Disclosure, replaceByCommitment } from './commitment.ts';
import { type AuditEvent, isGovernanceType } from './event.ts';
import { isCommittable } from './fields.ts';
import { expandPattern, formatPointer, parsePointer, valueAt } from './pointer.ts';
import { isCommitted } from './values.ts';

/** What is personal unless the tenant says otherwise: goals, inputs, outputs, message content and free text. */
export const DEFAULT_PERSONAL_DATA: readonly string[] = [
  '/payload/goal',
  '/payload/input',
  '/payload/output',
  '/payload/content',
  '/payload/purpose',
  '/payload/reasoning_summary',
  '/payload/result_summary',
  '/payload/options_considered/*/reason',
  '/payload/reason',
  '/payload/question',
  '/payload/justification',
  '/payload/waiting_for',
  '/payload/error/message',
  '/payload/last_known_state',
];

/** An event whose personal fields are commitments, with what opens them and where they stand. */
export interface CommittedEvent {
  event: AuditEvent;
  disclosures: Disclosure[];
  /** JSON Pointers of the values that were replaced. */
  committed: string[];
}

/**
 * Replaces what `pointers` (RFC 6901, `*` for any member or element) point to by commitments with fresh salts, the
 * whole subtree each. A value that is a commitment already stays. Pointers that lead nowhere in this event, or to
 * what its type can't commit, are passed over. Governance events stay as they are: they are the product's own
 * statements about the log and hold ids, not content.
 */
export function commit(event: AuditEvent, pointers: readonly string[], random: Random): CommittedEvent {
  const result: CommittedEvent = { event: structuredClone(event), disclosures: [], committed: [] };
  if (isGovernanceType(event.event_type)) return result;
  const patterns = pointers.map((pointer) => {
    const pattern = parsePointer(pointer);
    if (!pattern) throw new AuditError('misconfigured', 'expected a JSON Pointer', { field: pointer });
    return pattern;
  });
  // Outer values first: what lies inside a commitment needs none of its own.
  for (const pattern of patterns.sort((a, b) => a.length - b.length)) {
    if (!isCommittable(event.event_type, pattern)) continue;
    for (const tokens of placesOf(result.event, pattern)) {
      const insideCommitment = tokens.some((_, depth) =>
        isCommitted(valueAt(result.event, tokens.slice(0, depth + 1))),
      );
      if (insideCommitment) continue;
      result.disclosures.push(replaceByCommitment(result.event, tokens, random));
      result.committed.push(formatPointer(tokens));
    }
  }
  return result;
}

/** Values that one pattern may commit singly: each costs some 200 bytes of a record. */
const MAX_PLACES = 64;

/** Where `pattern` leads to; where that is too many places, to what holds them all. */
function placesOf(event: AuditEvent, pattern: readonly string[]): string[][] {
  const places = expandPattern(event, pattern);
  const holder = pattern.slice(0, pattern.indexOf('*'));
  return places.length > MAX_PLACES && isCommittable(event.event_type, holder) ? [holder] : places;
}

const PSEUDONYM = /^hmac-sha256:[0-9a-f]{64}$/;

/** The keyed pseudonym under which a subject's id is recorded: who has the key can find a subject, nobody can list them. */
export function pseudonymOf(subject: { type: string; id: string }, key: Uint8Array): string {
  if (PSEUDONYM.test(subject.id)) return subject.id;
  // Length first, so that no two pairs of type and id give the same message.
  const message = `${subject.type.length}:${subject.type}:${subject.id}`;
  return `hmac-sha256:${toHex(hmacSha256(key, utf8(message)))}`;
}

/** Replaces the ids of the subjects by pseudonyms; `replaced` are the JSON Pointers of those that changed. */
export function pseudonymise(event: AuditEvent, key: Uint8Array): { event: AuditEvent; replaced: string[] } {
  const replaced: string[] = [];
  const subjects = event.subjects?.map((subject, index) => {
    const id = pseudonymOf(subject, key);
    if (id !== subject.id) replaced.push(`/subjects/${index}/id`);
    return { ...subject, id };
  });
  return { event: subjects ? { ...event, subjects } : event, replaced };
}
