import { describe } from '@jest/globals';
import type { ExportJobs } from '../../core/export/export-job.ts';
import type { RepeatStore } from '../../core/identity/repeat.ts';
import type { LastSeen, UsageStore } from '../../core/identity/usage.ts';
import type { Quarantine } from '../../core/ingest/quarantine.ts';
import type { Archive, HeadStore, RecordsReader, RecordsTable, Signer, WorkStore } from '../../core/ports.ts';
import { exportsContract } from './exports-contract.ts';
import { headContract } from './head-contract.ts';
import { archiveContract, workContract } from './object-contract.ts';
import { quarantineContract } from './quarantine-contract.ts';
import { repeatsContract } from './repeats-contract.ts';
import { signerContract } from './signer-contract.ts';
import { tableContract } from './table-contract.ts';
import { usageContract } from './usage-contract.ts';
import { type WebhookStores, webhooksContract } from './webhooks-contract.ts';

/** Fresh ports, each empty: in memory, or in a real account. */
export interface Ports {
  heads(): Promise<HeadStore>;
  table(): Promise<RecordsTable & RecordsReader>;
  archive(): Promise<Archive>;
  work(): Promise<WorkStore>;
  signer(): Promise<Signer>;
  quarantine(): Promise<Quarantine>;
  usage(): Promise<UsageStore & LastSeen>;
  exports(): Promise<ExportJobs>;
  repeats(): Promise<RepeatStore>;
  webhooks(): Promise<WebhookStores>;
}

/** The contract of every port, against `ports`: what holds for the doubles of the tests must hold for AWS. */
export function contractOf(ports: Ports): void {
  describe('head store', () => headContract(ports.heads));
  describe('records table', () => tableContract(ports.table));
  describe('archive', () => archiveContract(ports.archive));
  describe('work store', () => workContract(ports.work));
  describe('signer', () => signerContract(ports.signer));
  describe('quarantine', () => quarantineContract(ports.quarantine));
  describe('usage', () => usageContract(ports.usage));
  describe('repeats', () => repeatsContract(ports.repeats));
  describe('export jobs', () => exportsContract(ports.exports));
  describe('webhooks', () => webhooksContract(ports.webhooks));
}
