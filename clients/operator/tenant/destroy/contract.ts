import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AuditError } from '../../../../core/errors.ts';
import { formatTimestamp } from '../../../../core/event/time.ts';
import { judge } from '../../../verifier/judge.ts';
import { type ContractState, readEnd } from '../closing-client.ts';
import { type Connection, verifierKeysOf } from '../connect.ts';
import type { DeployedTenant } from '../locate.ts';
import type { Inventory } from './inventory.ts';

const DAY_MS = 86_400_000;

const holdsSchema = z.object({ legal_holds: z.array(z.object({ hold_id: z.string(), state: z.string() })) });
const proofSchema = z.object({ record: z.object({ event: z.object({ event_id: z.string() }) }) });

/** What the tenant's own stack says of the contract, as long as it stands. */
export interface Contract {
  end(): Promise<ContractState>;
  /** Ids of the legal holds in force. */
  holds(): Promise<string[]>;
  /** Whether `file` verifies under a key that KMS names. */
  proves(file: string): Promise<boolean>;
}

export function contractOf(
  tenant: DeployedTenant,
  { admin, kms }: Pick<Connection, 'admin' | 'kms'>,
): Contract {
  return {
    end: () => readEnd(admin),
    holds: async () => {
      const { legal_holds } = await admin.request(holdsSchema, 'GET', '/v1/audit/legal-holds');
      return legal_holds.filter(({ state }) => state === 'in_force').map(({ hold_id }) => hold_id);
    },
    proves: async (file) => {
      const keys = await verifierKeysOf(tenant, kms);
      const results = await Promise.all(keys.map((key) => judge(file, { key, progress: () => undefined })));
      return results.some((result) => result.outcome === 'judged' && result.verdict.verified);
    },
  };
}

/** What stands against the end, in words, and the closing statement where there is one. */
export interface Standing {
  blocks: string[];
  closing: ContractState['closing'];
}

/** Asks everything that has to be so before a tenant's stack may end; empty `blocks` where all is. */
export async function standingOf(
  contract: Contract,
  { id, directory, now }: { id: string; directory: string; now: number },
  archive: Inventory,
): Promise<Standing> {
  const [{ closing }, holds] = [await contract.end(), await contract.holds()];
  const blocks: string[] = [];
  if (closing) {
    const due = keptUntil(closing.statement);
    if (now < due) blocks.push(`By the closing statement it is kept until ${formatTimestamp(due)}.`);
    const problem = await problemOf(join(directory, 'closing-statement.json'), closing.event_id, contract);
    if (problem !== undefined) blocks.push(problem);
  } else {
    blocks.push(`There is no closing statement: npm run tenant -- offboard ${id}`);
  }
  if (holds.length > 0) blocks.push(`Legal holds are in force: ${holds.join(', ')}.`);
  else if (archive.held > 0)
    blocks.push(
      `${archive.held} objects of the archive are under S3's legal hold. After a release it goes within the hour.`,
    );
  return { blocks, closing };
}

/** From when on nothing that was agreed keeps the records: the contract's own time, and theirs by the statement. */
function keptUntil({
  ended_at,
  after_termination_days,
  kept,
}: NonNullable<ContractState['closing']>['statement']) {
  const records = Date.parse(kept.find(({ what }) => what === 'records')?.until ?? '');
  if (Number.isNaN(records))
    throw new AuditError('malformed', 'The closing statement does not say until when records are kept.');
  return Math.max(Date.parse(ended_at) + after_termination_days * DAY_MS, records + DAY_MS);
}

/** Afterwards this file is all that tells what there was, so it has to be there, and to be it. */
async function problemOf(file: string, eventId: string, contract: Contract): Promise<string | undefined> {
  const missing = `${file} is not the closing statement (record ${eventId}). Put it there: it is what stays.`;
  if (!existsSync(file)) return missing;
  const proof = proofSchema.safeParse(readJson(file));
  if (!proof.success || proof.data.record.event.event_id !== eventId) return missing;
  return (await contract.proves(file)) ? undefined : `${file} does not verify under a key that KMS names.`;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // not JSON, so not the statement
  }
}
