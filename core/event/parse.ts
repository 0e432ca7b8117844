import type { z } from 'zod';
import { SCHEMA_VERSION } from './envelope.ts';
import { type AuditEvent, EVENT_SCHEMAS, isEventType } from './event.ts';
import type { TenantId } from './ids.ts';
import { checkValue } from './json.ts';
import { showName, showPointer } from './pointer.ts';
import { type Refusal, refuse } from './refusal.ts';

/** An event in its recorded form: times in UTC, options as objects. `tenantId` is what the sender named, if anything. */
export interface ParsedEvent {
  ok: true;
  event: AuditEvent;
  tenantId?: TenantId;
}

/**
 * Reads an event as a sender may have written it. A refusal says where (a JSON Pointer) and what was expected, and
 * never repeats a value.
 */
export function parseEvent(value: unknown): ParsedEvent | Refusal {
  const refusal = checkValue(value);
  if (refusal) return refusal;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse('schema_invalid', 'the event: expected an object');
  }
  const { schema_version: version, event_type: type } = value as Record<string, unknown>;
  if (typeof version === 'string' && version !== SCHEMA_VERSION) {
    return refuse('schema_version_unsupported', `/schema_version: expected "${SCHEMA_VERSION}"`);
  }
  if (typeof type !== 'string')
    return refuse('schema_invalid', '/event_type: expected the type of the event');
  if (!isEventType(type))
    return refuse('event_type_unknown', '/event_type: expected a type of this schema version');

  const parsed = EVENT_SCHEMAS[type].safeParse(value);
  if (!parsed.success) return refuse('schema_invalid', describe(parsed.error.issues));
  const { tenant_id: tenantId, ...event } = parsed.data;
  // The schema of `type` was looked up by `type`: payload and type belong together, which the compiler can't follow.
  const audited = event as AuditEvent;
  return tenantId === undefined ? { ok: true, event: audited } : { ok: true, event: audited, tenantId };
}

/** The first issue as `<pointer>: expected …`. */
export function describe(issues: readonly z.core.$ZodIssue[]): string {
  const [first] = issues;
  if (!first) return 'the value: expected another';
  const issue = innermost(first);
  const where = showPointer(issue.path.map(String)) || 'the value';
  if (issue.code === 'unrecognized_keys') {
    return `${where}: unknown field ${issue.keys
      .map((key) => `"${showName(key)}"`)
      .join(', ')
      .slice(0, 256)}`;
  }
  return `${where}: ${issue.message.replace(/^Invalid (?:input|option): /, '')}`;
}

/**
 * A union reports each branch. The first is the value itself (the others are a commitment, a short form), so where it
 * failed further in, that is what the sender wants to hear.
 */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const inner = issue.errors[0]?.[0];
  if (!inner) return issue;
  const deeper = innermost({ ...inner, path: [...issue.path, ...inner.path] });
  return deeper.path.length > issue.path.length ? deeper : issue;
}
