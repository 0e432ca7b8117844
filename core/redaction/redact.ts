import type { AuditEvent } from '../event/event.ts';
import { committableFields, isRedactable } from '../event/fields.ts';
import { expandPattern, formatPointer, parsePointer, replaceAt, valueAt } from '../event/pointer.ts';
import { isCommitted } from '../event/values.ts';
import { type PatternName, redactText } from './patterns.ts';
import type { RedactionRule } from './rules.ts';

/** An event without what its tenant's rules name, and the JSON Pointers of the values that changed. */
export interface Redacted {
  event: AuditEvent;
  redacted: string[];
}

/** Stands where a rule by place took a value, whatever it was. */
const REDACTED = '[redacted: path]';

/**
 * Takes out of the payload what `rules` name: what has a form wherever it stands in free text or JSON, and all that stands
 * at a place. Ids, names, member names and commitments stay. A number that is a card becomes text, and so does whatever
 * stood at a place. Doing it twice changes nothing more.
 */
export function redactEvent(event: AuditEvent, rules: readonly RedactionRule[]): Redacted {
  if (rules.length === 0) return { event, redacted: [] };
  const result: Redacted = { event: structuredClone(event), redacted: [] };
  for (const rule of rules) if (isPlace(rule)) redactPlaces(rule, result);
  const patterns = rules.filter((rule): rule is PatternName => !isPlace(rule));
  for (const { tokens, value } of committableFields(result.event)) visit(value, tokens, patterns, result);
  return result;
}

function isPlace(rule: RedactionRule): rule is `/${string}` {
  return rule.startsWith('/');
}

function redactPlaces(rule: string, { event, redacted }: Redacted): void {
  for (const tokens of expandPattern(event, parsePointer(rule) ?? [])) {
    const within = tokens.map((_, depth) => valueAt(event, tokens.slice(0, depth + 1)));
    const stays = within.some(isCommitted) || within.at(-1) === REDACTED;
    if (stays || !isRedactable(event.event_type, tokens)) continue;
    replaceAt(event, tokens, REDACTED);
    redacted.push(formatPointer(tokens));
  }
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
