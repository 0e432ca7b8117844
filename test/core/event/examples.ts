import { readFileSync } from 'node:fs';
import { type AuditEvent, type EventOf, type EventType, isEventType } from '../../../core/event/event.ts';
import { parseEvent } from '../../../core/event/parse.ts';

/** A JSON object, to be spoilt. */
export type Loose = Record<string, unknown>;

function read(): Map<EventType, Loose> {
  const file = new URL('../../vectors/event-examples.json', import.meta.url);
  const examples: Loose[] = JSON.parse(readFileSync(file, 'utf8'));
  return new Map(
    examples.map((example) => {
      const type = String(example.event_type);
      if (!isEventType(type)) throw new Error(`no event type: ${type}`);
      return [type, example];
    }),
  );
}

const EXAMPLES = read();

/** The types that have an example. */
export const EXAMPLE_TYPES: readonly EventType[] = [...EXAMPLES.keys()];

/** The example of `type`, a copy that may be changed. */
export function exampleOf(type: EventType): Loose {
  const example = EXAMPLES.get(type);
  if (!example) throw new Error(`no example of ${type}`);
  return structuredClone(example);
}

/** The example of `type` as parsed. */
export function eventOf<T extends EventType>(type: T): EventOf<T> {
  return parsed({ ...exampleOf(type) }) as EventOf<T>;
}

/** `value` as an event, which it must be. */
export function parsed(value: unknown): AuditEvent {
  const result = parseEvent(value);
  if (!result.ok) throw new Error(`${result.code}: ${result.detail}`);
  return result.event;
}
