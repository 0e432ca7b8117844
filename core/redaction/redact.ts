import type { AuditEvent } from '../event/event.ts';
import { committableFields } from '../event/fields.ts';
import { formatPointer, replaceAt } from '../event/pointer.ts';
import { isCommitted } from '../event/values.ts';
import { type PatternName, redactText } from './patterns.ts';

/** An event without what its tenant's patterns recognise, and the JSON Pointers of the values that changed. */
export interface Redacted {
  event: AuditEvent;
  redacted: string[];
}

/**
 * Replaces what `patterns` recognise in the free text and JSON of the payload. Ids, names, member names and commitments
 * stay. A number that is a card becomes text. Doing it twice changes nothing more.
 */
export function redactEvent(event: AuditEvent, patterns: readonly PatternName[]): Redacted {
  if (patterns.length === 0) return { event, redacted: [] };
  const result: Redacted = { event: structuredClone(event), redacted: [] };
  for (const { tokens, value } of committableFields(event)) visit(value, tokens, patterns, result);
  return result;
}

function visit(
  value: unknown,
  tokens: readonly string[],
  patterns: readonly PatternName[],
  result: Redacted,
): void {
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value);
    const redacted = redactText(text, patterns);
    if (redacted === text) return;
    replaceAt(result.event, tokens, redacted);
    result.redacted.push(formatPointer(tokens));
  } else if (typeof value === 'object' && value !== null && !isCommitted(value)) {
    for (const [name, member] of Object.entries(value)) visit(member, [...tokens, name], patterns, result);
  }
}
