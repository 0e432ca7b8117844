import { parseJsonText } from '../event/json-text.ts';
import { ENVELOPE_LIMITS, MAX_EVENTS } from './sent-event.ts';

const MAX_BODY = 2 * 1024 * 1024; // a message of the queue has 1 MiB

/**
 * The elements of `events[]` in what the quarantine keeps: a single one, or those of a message that was refused as a
 * whole. Undefined where it was refused for not being that.
 */
export function keptElements(bytes: Uint8Array): unknown[] | undefined {
  const json = parseJsonText(bytes, { ...ENVELOPE_LIMITS, bytes: MAX_BODY });
  if (!json.ok || typeof json.value !== 'object' || json.value === null) return undefined;
  const events: unknown = Reflect.get(json.value, 'events');
  if (events === undefined) return [json.value];
  return Array.isArray(events) && events.length > 0 && events.length <= MAX_EVENTS ? events : undefined;
}
