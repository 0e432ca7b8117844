import type { Alert } from './alert.ts';
import type { Batch } from './batch.ts';

/** What an endpoint is told. */
export type Message = {
  /** `webhook-id`: the same on every attempt, so that a receiver knows what it had already. */
  id: string;
  /** When it was first sent. */
  at: number;
} & (
  | { kind: 'records'; batch: Batch }
  /** By the tenant's wish: the newest record that the endpoint gets, again; without one where there is none. */
  | { kind: 'test'; batch: Batch }
  | { kind: 'alert'; alert: Alert }
);

/** Indices and number of the records in it. */
export function extentOf(message: Message): { from_index?: number; next_index?: number; records: number } {
  if (message.kind === 'alert') return { records: 0 };
  const { from, next, entries } = message.batch;
  return { from_index: from, next_index: next, records: entries.length };
}
