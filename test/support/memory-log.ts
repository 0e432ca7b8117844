import { asTenantId } from '../../core/event/ids.ts';
import type { Log } from '../../core/sequencer/log.ts';
import type { RotationTerms } from '../../core/sequencer/rotate-key.ts';
import { zlibCodec } from '../../lambdas/adapters/zlib-codec.ts';
import type { MemoryCloud } from './memory-cloud.ts';
import { OWN_KEYS, OWN_TENANT } from './own-log.ts';
import { SeededRandom } from './seeded-random.ts';

/** A log over memory whose clock moves a millisecond a look, and by what somebody sleeps. */
export function memoryLog(cloud: MemoryCloud, start = Date.UTC(2026, 10, 24, 12)): Log {
  let now = start;
  return {
    tenant: OWN_TENANT,
    origin: 'audit.example.com/acme/00000001',
    keys: OWN_KEYS,
    lockDays: { batches: 30, tiles: 60 },
    heads: cloud.heads(),
    table: cloud.table(),
    archive: cloud.archive(),
    work: cloud.workStore(),
    signers: [cloud.signer()],
    announcer: cloud.announcer(),
    codec: zlibCodec,
    clock: {
      now: () => ++now,
      sleep: async (ms) => {
        now += ms;
      },
    },
    random: new SeededRandom(1),
  };
}

/** What the writer knows of the tenant besides its log. */
export function memoryTerms(log: Log): RotationTerms {
  return {
    log,
    tenantId: asTenantId(log.tenant),
    pseudonymKey: OWN_KEYS.pseudonym,
    policyVersion: 1,
    writerVersion: '0.1.0',
  };
}
