import type { RetentionPolicy } from '../../../core/retention/policy.ts';
import { Acts } from '../../../lambdas/admin-api/acts.ts';
import { adminRoutes } from '../../../lambdas/admin-api/admin-api.ts';
import type { AdminApi } from '../../../lambdas/admin-api/ports.ts';
import { MemoryCloud } from '../../support/memory-cloud.ts';
import { MemoryErasures } from '../../support/memory-erasures.ts';
import { MemoryExportFiles, MemoryExportJobs } from '../../support/memory-exports.ts';
import { MemoryHolds } from '../../support/memory-holds.ts';
import { MemoryPolicies } from '../../support/memory-policies.ts';
import { MemoryWebhooks } from '../../support/memory-webhooks.ts';
import { OWN_KEYS } from '../../support/own-log.ts';
import { clientOf } from '../shared/api-client.ts';
import { ApiWorld } from '../shared/api-world.ts';

/** What the tenant file says in these tests. */
export const DEPLOYED: RetentionPolicy = {
  immutability_days: 30,
  min_days: 60,
  max_days: 400,
  archive_after_days: 45,
  after_termination_days: 90,
};

/** What admin-api works on, in memory; a test puts its own in the place of what it looks into. */
export function adminApiOf(world: ApiWorld, more: Partial<AdminApi> = {}): AdminApi {
  return {
    tenantId: world.tenantId,
    tokens: world.tokens,
    emitters: world.emitters,
    usage: world.usage,
    clock: { now: () => world.now },
    random: world.random,
    exports: {
      jobs: new MemoryExportJobs(),
      files: new MemoryExportFiles(),
      queue: { send: async () => undefined },
    },
    retention: { policies: new MemoryPolicies(), deployed: DEPLOYED },
    holds: holdsOf(new MemoryHolds()),
    erasures: { registry: new MemoryErasures(), wake: async () => undefined },
    webhooks: new MemoryWebhooks(),
    acts: new Acts(world.outbox, { now: () => world.now }, world.random),
    ...more,
  };
}

/** Holds over a log that is empty unless another is given. */
export function holdsOf(
  registry: MemoryHolds,
  cloud = new MemoryCloud(new Uint8Array(32)),
): AdminApi['holds'] {
  return {
    registry,
    keys: async () => OWN_KEYS,
    heads: cloud.heads(),
    table: cloud.table(),
  };
}

/** A tenant's administration in memory. */
export class AdminWorld extends ApiWorld {
  readonly policies = new MemoryPolicies();
  readonly routes = adminRoutes(
    adminApiOf(this, { retention: { policies: this.policies, deployed: DEPLOYED } }),
  );
  readonly call = clientOf(this.routes, this.terms);

  /** Types of what was done, without the reads. */
  get acts(): string[] {
    return this.queue.map(({ event_type }) => event_type).filter((type) => type !== 'AUDIT_ACCESSED');
  }
}
