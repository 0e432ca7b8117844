import type { TenantId } from '../event/ids.ts';
import type { RefusalCode } from '../event/refusal.ts';
import type { Emitter } from '../identity/emitter.ts';
import type { WorkloadTerms } from '../identity/workload.ts';
import type { RedactionRule } from '../redaction/rules.ts';
import type { Log } from '../sequencer/log.ts';
import type { Quarantine } from './quarantine.ts';

/** What the writer saw; names and numbers of ours alone, nothing of an event. */
export type Observation =
  | {
      kind: 'batch';
      messages: number;
      recorded: number;
      duplicates: number;
      refused: number;
      failed: number;
      /** Milliseconds from the queue's taking the oldest of the messages that are final now; absent where none is. */
      latency?: number;
    }
  | { kind: 'refused'; count: number; reasons: Partial<Record<RefusalCode, number>> }
  | { kind: 'failed'; messages: number; error: unknown }
  /** They failed for the last time. */
  | { kind: 'given up'; messages: number };

/** Everything that accepting messages needs. */
export interface Intake {
  log: Log;
  tenantId: TenantId;
  /** The emitter registered under a key id; a throw means that the message is tried again. */
  emitterByKid(kid: string): Promise<Emitter | undefined>;
  /** Where workloads may send with their platform's word; an issuer that can't be reached throws the same way. */
  workloads?: WorkloadTerms | undefined;
  /** JSON Pointers, with `*`, of what the tenant calls personal, and the version of the policy that says so. */
  personalData: readonly string[];
  /** What the tenant has taken out of text for good. */
  redact?: readonly RedactionRule[];
  policyVersion: number;
  /** When the tenant's contract ended, if it has: what the queues took from there on is refused, but for our own records. */
  endedAt?: number | undefined;
  /** Key of the pseudonyms of subjects. */
  pseudonymKey: Uint8Array;
  quarantine: Quarantine;
  writerVersion: string;
  /** How often the queue gives a message out before it sets it aside. */
  maxReceives: number;
  observe(observation: Observation): void;
}
