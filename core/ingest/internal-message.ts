import { z } from 'zod';
import { utf8 } from '../encoding.ts';
import { LIMITS } from '../event/limits.ts';
import { REFUSAL_CODES, type Refusal } from '../event/refusal.ts';
import { count, digestSchema, short } from '../event/values.ts';
import { factsOf, MAX_EVENTS } from './sent-event.ts';

/** An event that one of our own functions refused at the door; its text is there where it is not too long to keep. */
const refusedSchema = z.strictObject({
  code: z.enum(REFUSAL_CODES),
  detail: z.string(),
  digest: digestSchema,
  bytes: count(),
  sent: z.unknown().optional(),
});
export type RefusedAtDoor = z.infer<typeof refusedSchema>;

/** A message on the internal queue, which only this tenant's own functions can send to: it carries no claim. */
export const internalMessageSchema = z.strictObject({
  source: z.enum(['https', 'otlp', 'internal']),
  emitter: z.strictObject({ id: short() }),
  events: z.array(z.unknown()).max(MAX_EVENTS),
  refused: z.array(refusedSchema).max(MAX_EVENTS).optional(),
});
type InternalMessage = z.infer<typeof internalMessageSchema>;

/** What goes into the internal queue for one request. */
export interface InternalDelivery {
  source: InternalMessage['source'];
  /** Who was verified to have sent the events: the id of a token, for one. */
  emitter: { id: string };
  /** Elements of `events[]` as they came. */
  events: readonly unknown[];
  refused?: readonly RefusedAtDoor[];
}

const MAX_BODY = 900_000; // of the queue's 1 MiB; the rest is for two characters that SQS wants escaped

/** The bodies that carry `delivery`: as few as hold it. Every element must be within the limits of an event. */
export function internalMessages(delivery: InternalDelivery): string[] {
  const { source, emitter, events, refused = [] } = delivery;
  const parts: Part[] = [
    ...events.map((event): Part => ({ list: 'events', text: JSON.stringify(event) })),
    ...refused.map((one): Part => ({ list: 'refused', text: JSON.stringify(one) })),
  ];
  const bodies: string[] = [];
  let open: Part[] = [];
  let bytes = 0;
  const close = () => bodies.push(bodyOf(source, emitter, open));
  for (const part of parts) {
    const length = utf8(part.text).length + 1;
    if (open.length === MAX_EVENTS || (open.length > 0 && bytes + length > MAX_BODY)) {
      close();
      open = [];
      bytes = 0;
    }
    open.push(part);
    bytes += length;
  }
  if (open.length > 0) close();
  return bodies;
}

interface Part {
  list: 'events' | 'refused';
  text: string;
}

function bodyOf(source: string, emitter: { id: string }, parts: readonly Part[]): string {
  const list = (name: Part['list']) =>
    parts
      .filter((part) => part.list === name)
      .map(({ text }) => text)
      .join(',');
  return `{"source":${JSON.stringify(source)},"emitter":${JSON.stringify(emitter)},"events":[${list('events')}],"refused":[${list('refused')}]}`;
}

/** What the writer is told of an element that was refused at the door. */
export function refusedAtDoor(element: unknown, { code, detail }: Refusal): RefusedAtDoor {
  const { digest, bytes } = factsOf(element);
  return { code, detail, digest, bytes, ...(bytes <= LIMITS.eventBytes && { sent: element }) };
}
