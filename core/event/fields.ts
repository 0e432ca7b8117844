import { z } from 'zod';
import { type AuditEvent, EVENT_SCHEMAS, EVENT_TYPES, type EventType } from './event.ts';
import { parsePointer } from './pointer.ts';
import { committedSchema, isCommitted } from './values.ts';

/**
 * Whether an event of `type` may hold a commitment at `pattern` (tokens; `*` for any member or element): a free
 * text, a list, a JSON value or anything inside one, of the payload.
 */
export function isCommittable(type: EventType, pattern: readonly string[]): boolean {
  return pattern[0] === 'payload' && leadsToCommittable(EVENT_SCHEMAS[type].shape.payload, pattern.slice(1));
}

/** Whether a tenant may call what `pointer` (with `*`) points to personal: some event type may hold a commitment there. */
export function isPersonalPointer(pointer: string): boolean {
  const pattern = parsePointer(pointer);
  return pattern !== undefined && EVENT_TYPES.some((type) => isCommittable(type, pattern));
}

/** Whether text may stand in the place of whatever is at `pattern`: where the payload has free text or JSON, not a list. */
export function isRedactable(type: EventType, pattern: readonly string[]): boolean {
  const schema = EVENT_SCHEMAS[type].shape.payload;
  return pattern[0] === 'payload' && leadsToCommittable(schema, pattern.slice(1), z.ZodString);
}

/** Whether a tenant may have what `pointer` (with `*`) points to redacted: some event type has text or JSON there. */
export function isRedactablePointer(pointer: string): boolean {
  const pattern = parsePointer(pointer);
  return pattern !== undefined && EVENT_TYPES.some((type) => isRedactable(type, pattern));
}

/** A value of an event and the tokens that lead to it. */
export interface Field {
  tokens: string[];
  value: unknown;
}

/** The outermost values of the payload that may be committed and are not yet. */
export function committableFields(event: AuditEvent): Field[] {
  const found: Field[] = [];
  const visit = (value: unknown, tokens: string[]): void => {
    if (isCommitted(value)) return;
    if (isCommittable(event.event_type, tokens)) found.push({ tokens, value });
    else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) visit(member, [...tokens, name]);
    }
  };
  visit(event.payload, ['payload']);
  return found;
}

/** `beside`: what must be allowed at the place besides a commitment. */
function leadsToCommittable(
  schema: z.core.$ZodType,
  steps: readonly string[],
  beside: new (...given: never[]) => z.core.$ZodType = z.ZodType,
): boolean {
  if (schema instanceof z.ZodOptional) return leadsToCommittable(schema.unwrap(), steps, beside);
  const [step, ...rest] = steps;
  if (schema instanceof z.ZodUnknown) return true;
  if (schema instanceof z.ZodUnion && step === undefined) {
    return (
      schema.options.includes(committedSchema) && schema.options.some((option) => option instanceof beside)
    );
  }
  if (step === undefined) return false;
  if (schema instanceof z.ZodUnion)
    return schema.options.some((option) => leadsToCommittable(option, steps, beside));
  if (schema instanceof z.ZodArray) {
    return (step === '*' || /^\d+$/.test(step)) && leadsToCommittable(schema.element, rest, beside);
  }
  if (!(schema instanceof z.ZodObject)) return false;
  const members: Record<string, z.core.$ZodType> = schema.shape;
  const member = Object.hasOwn(members, step) ? members[step] : undefined;
  return member !== undefined && leadsToCommittable(member, rest, beside);
}
