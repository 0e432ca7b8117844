import type { Random } from '../ports.ts';
import type { EntryReader } from '../query/log-reader.ts';
import type { AlertStore } from './alert.ts';
import type { DeliveryLog, DeliveryStates } from './delivery.ts';
import type { EndpointRegistry, SecretReader } from './endpoint.ts';
import type { Post } from './push.ts';

/** What somebody who watches should hear of. */
export type Observation =
  | { kind: 'disabled'; endpointId: string; reason: string }
  /** An endpoint could not be served, by a fault of ours or of a part of AWS. */
  | { kind: 'fault'; endpointId: string; error: unknown }
  | { kind: 'integrity'; reason: string };

/** What delivering works with. */
export interface Dispatcher {
  tenantId: string;
  /** Name of the log. */
  origin: string;
  version: string;
  reader: EntryReader;
  random: Random;
  endpoints: Pick<EndpointRegistry, 'list'>;
  states: DeliveryStates;
  log: DeliveryLog;
  alerts: AlertStore;
  secrets: SecretReader;
  post: Post;
  /** Kept in memory alone, by whatever proves the sign-in. */
  signIns: Map<string, { token: string; until: number }>;
  /** Puts our own events into the internal queue; durable when it returns. */
  record(events: readonly unknown[]): Promise<void>;
  observe(observation: Observation): void;
}
