import project from '../../package.json' with { type: 'json' };

/** Sends to the internal queue: every body is in it when this returns. Throws `unavailable`. */
export interface Outbox {
  send(bodies: readonly string[]): Promise<void>;
}

/** What the product's own events say of its version. */
export const PRODUCT_VERSION = project.version;

/** The body that puts our own `events` into the log; `service` is the function that says it. */
export function ownEvents(service: string, events: readonly unknown[]): string {
  return JSON.stringify({ source: 'internal', emitter: { id: service }, events });
}
