import type { TenantId } from '../../core/event/ids.ts';
import type { ExportDownloads, ExportFiles, ExportJobs } from '../../core/export/export-job.ts';
import type { EmitterRegistry, TokenRegistry } from '../../core/identity/registry.ts';
import type { LastSeen } from '../../core/identity/usage.ts';
import type { TenantKeys } from '../../core/index/tenant-keys.ts';
import type { Clock, HeadStore, Random, RecordsReader } from '../../core/ports.ts';
import type { ErasureRegistry } from '../../core/retention/erasure.ts';
import type { HoldRegistry } from '../../core/retention/hold.ts';
import type { RetentionPolicy } from '../../core/retention/policy.ts';
import type { PolicyStore } from '../../core/retention/standing-policy.ts';
import type { DeliveryLog, DeliveryStates } from '../../core/webhook/delivery.ts';
import type { EndpointRegistry, SecretWriter } from '../../core/webhook/endpoint.ts';
import type { Acts } from './acts.ts';

/** What the administrative routes work on. */
export interface AdminApi {
  tenantId: TenantId;
  tokens: TokenRegistry;
  emitters: EmitterRegistry;
  usage: LastSeen;
  exports: ExportsApi;
  retention: RetentionApi;
  holds: HoldsApi;
  erasures: ErasuresApi;
  webhooks: WebhooksApi;
  acts: Acts;
  clock: Pick<Clock, 'now'>;
  random: Random;
}

/** What the routes of exports work on. */
export interface ExportsApi {
  jobs: ExportJobs;
  files: Pick<ExportFiles, 'remove'> & ExportDownloads;
  /** Puts the job's message into the export queue; durable when it returns. */
  queue: { send(bodies: readonly string[]): Promise<void> };
}

/** What the routes of legal holds work on. */
export interface HoldsApi {
  registry: HoldRegistry;
  /** Derived from a secret, which is fetched when it is first asked for. */
  keys: () => Promise<Pick<TenantKeys, 'index' | 'pseudonym'>>;
  /** The index alone: how many records match is counted, no record is read. */
  heads: Pick<HeadStore, 'read'>;
  table: RecordsReader;
}

/** What the routes of the retention policy work on. */
export interface RetentionApi {
  policies: PolicyStore;
  /** The tenant file's: the first values, and the floors. */
  deployed: RetentionPolicy;
}

/** What the routes of erasures work on. */
export interface ErasuresApi {
  registry: ErasureRegistry;
  /** Starts `apply-retention` now instead of within the hour. Never throws: its schedule does it in any case. */
  wake: () => Promise<void>;
}

/** What the routes of webhooks work on. */
export interface WebhooksApi {
  endpoints: EndpointRegistry;
  states: Pick<DeliveryStates, 'all'>;
  deliveries: Pick<DeliveryLog, 'newest'>;
  secrets: SecretWriter;
  heads: Pick<HeadStore, 'read'>;
  /** Wakes the function that delivers. */
  wakes: { wake(): Promise<void>; test(endpointId: string, deliveryId: string): Promise<void> };
  /** Whether endpoints of this machine are taken: in the local cloud alone. */
  loopback: boolean;
  /** Whether a literal address belongs to the public internet. */
  isPublic(address: string): boolean;
}
