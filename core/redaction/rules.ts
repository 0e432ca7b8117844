import { z } from 'zod';
import { isRedactablePointer } from '../event/fields.ts';
import { PATTERN_NAMES, type PatternName } from './patterns.ts';

/** What must not be kept: whatever has a form, by its name, or whatever stands at a place, by its JSON Pointer. */
export type RedactionRule = PatternName | `/${string}`;

const EXPECTED = `expected one of ${PATTERN_NAMES.join(', ')}, or a JSON Pointer to text or JSON of a payload`;

export const redactionRuleSchema = z.custom<RedactionRule>(isRedactionRule, { error: EXPECTED });

/** Whether `rule` names a pattern, or a place where some event type has text or JSON. */
function isRedactionRule(rule: unknown): rule is RedactionRule {
  if (typeof rule !== 'string') return false;
  return PATTERN_NAMES.some((name) => name === rule) || isRedactablePointer(rule);
}
