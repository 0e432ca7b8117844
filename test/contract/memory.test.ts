import { describe } from '@jest/globals';
import { MemoryQuarantine } from '../core/ingest/memory-quarantine.ts';
import { MemoryCloud } from '../support/memory-cloud.ts';
import { MemoryExportJobs } from '../support/memory-exports.ts';
import { MemoryRepeats, MemoryUsage } from '../support/memory-registries.ts';
import {
  MemoryAlerts,
  MemoryDeliveryLog,
  MemoryDeliveryStates,
  MemoryEndpoints,
} from '../support/memory-webhooks.ts';
import { contractOf } from './contract.ts';

const cloud = () => new MemoryCloud(new Uint8Array(32).fill(7));

describe('in memory', () => {
  contractOf({
    heads: async () => cloud().heads(),
    table: async () => cloud().table(),
    archive: async () => cloud().archive(),
    work: async () => cloud().workStore(),
    signer: async () => cloud().signer(),
    quarantine: async () => new MemoryQuarantine(),
    usage: async () => new MemoryUsage(),
    repeats: async () => new MemoryRepeats(),
    exports: async () => new MemoryExportJobs(),
    webhooks: async () => ({
      endpoints: new MemoryEndpoints(),
      states: new MemoryDeliveryStates(),
      log: new MemoryDeliveryLog(),
      alerts: new MemoryAlerts(),
    }),
  });
});
