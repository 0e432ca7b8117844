import type { TenantId } from '../../core/event/ids.ts';
import type { LogReader } from '../../core/query/log-reader.ts';
import type { QuarantineReader } from '../../core/query/quarantine.ts';
import type { CosignatureStore } from '../../core/witness/cosignatures.ts';
import type { BundledFile } from '../adapters/bundled-files.ts';
import type { Outbox } from '../shared/internal-queue.ts';
import type { SignInOffer } from './sign-in.ts';

/** What the reading routes work on. */
export interface ReadApi {
  tenantId: TenantId;
  /** The log; its keys are derived from a secret, which is fetched with the first request. */
  reader: () => Promise<LogReader>;
  quarantine: QuarantineReader;
  /** Where the tenant has witnesses: what they said. */
  cosignatures?: Pick<CosignatureStore, 'all'>;
  /** The internal queue, for reviews. */
  outbox: Outbox;
  /** Days for which a record is kept at least, by the policy in force. */
  retainDays: () => Promise<number>;
  console: ConsoleFiles;
  /** How people sign in to it; undefined: with tokens alone. */
  signIn?: SignInOffer | undefined;
}

/** Where the console's files come from. */
export interface ConsoleFiles {
  find(name: string): BundledFile | undefined;
}
