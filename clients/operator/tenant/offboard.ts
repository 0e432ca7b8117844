import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AuditError } from '../../../core/errors.ts';
import { judge } from '../../verifier/judge.ts';
import { writePrivateJson } from '../local/outputs.ts';
import { type ContractState, endContract, readEnd, stateClosing, statementText } from './closing-client.ts';
import { type Connection, verifierKeysOf } from './connect.ts';
import { listEmitters, removeEmitter, stateOfEmitter } from './emitters.ts';
import { ExportClient } from './export-client.ts';
import { fetchFinalBundle, readJournal, writeJournal } from './final-bundle.ts';
import type { DeployedTenant } from './locate.ts';
import { readQueue } from './status.ts';
import { createToken, listTokens, revokeToken, stateOfToken } from './tokens.ts';

const POLL_MS = 1_000;
const STUCK_MS = 10 * 60_000; // longer than a batch takes, redelivered once
const SCOPES = ['exports', 'personal:read', 'events:read'];

/** What off-boarding works with; `note` hears of each step. */
export interface Leaving {
  tenant: DeployedTenant;
  connection: Connection;
  /** Where bundle, statement and journal go. */
  directory: string;
  now: () => number;
  /** Waits between two looks at what is not there yet. */
  sleep: (ms: number) => Promise<void>;
  note: (line: string) => void;
}

/** What it came to. */
export interface Left {
  closing: NonNullable<ContractState['closing']>;
  bundle: string;
  statement: string;
}

/**
 * Ends a tenant's contract: nothing more is recorded for its agents, what waits is, whatever opened the API is revoked, all
 * records are handed over, and the closing statement is a record of the log. Each step looks first whether it was done: after a
 * failure or a crash anywhere, the same command goes on.
 */
export async function offboard(leaving: Leaving): Promise<Left> {
  const { tenant, connection, directory, now, note } = leaving;
  const { admin, kms } = connection;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  readJournal(directory); // a folder of something else is refused before anything ends
  const { ended_at } = await endContract(admin, tenant.id);
  note(`The contract has ended at ${ended_at}: what agents send from then on is refused.`);
  await drained(leaving);
  await closeDoors(leaving);
  const verifierKeys = await verifierKeysOf(tenant, kms);
  const made = await createToken(admin, tenant.id, {
    name: 'offboarding',
    grant: { scopes: SCOPES },
    expiresInDays: 1,
  });
  try {
    const exports = new ExportClient({ apiUrl: tenant.apiUrl, token: made.token });
    const terms = { directory, tenant: tenant.id, exports, verifierKey: verifierKeys[0], now, note };
    const { file, ...bundle } = await fetchFinalBundle(readJournal(directory), terms);
    note(`The final bundle is in ${file}, and verifies.`);
    const { tokens_revoked, emitters_removed } = readJournal(directory);
    const { closing } = await stateClosing(admin, tenant.id, {
      bundle,
      tokensRevoked: tokens_revoked,
      emittersRemoved: emitters_removed,
    });
    if (closing?.statement.bundle.sha256 !== bundle.sha256)
      throw new AuditError(
        'conflict',
        `The closing statement that stands names another bundle (${closing?.statement.bundle.sha256}) than ${file}.`,
      );
    const statement = await writeStatement(leaving, closing, { token: made.token, verifierKeys });
    return { closing, bundle: file, statement };
  } finally {
    await revokeToken(admin, made.tokenId);
  }
}

/** What the queue had taken before the end is in the log, or in quarantine, when this returns. */
async function drained({ tenant, connection: { sqs }, now, sleep, note }: Leaving): Promise<void> {
  let told = -1;
  let moved = now();
  for (;;) {
    const { waiting, inWork } = await readQueue(sqs, tenant.queueUrl);
    const left = waiting + inWork;
    if (left === 0) return;
    if (left !== told) {
      told = left;
      moved = now();
      note(`${left} messages are in the queue still.`);
    } else if (now() - moved > STUCK_MS) {
      throw new AuditError(
        'unavailable',
        `${left} messages stay in the queue: see npm run tenant -- status ${tenant.id}. Then run this again.`,
      );
    }
    await sleep(POLL_MS);
  }
}

/** Revokes every token and removes every emitter, and counts them in the journal across runs. */
async function closeDoors({ connection: { admin }, directory, now, note }: Leaving): Promise<void> {
  const keys = (await listEmitters(admin)).filter((entry) => stateOfEmitter(entry) === 'active');
  for (const { kid } of keys) {
    await removeEmitter(admin, kid);
    const journal = readJournal(directory);
    writeJournal(directory, { ...journal, emitters_removed: journal.emitters_removed + 1 });
  }
  const tokens = (await listTokens(admin)).filter((entry) => stateOfToken(entry, now()) === 'active');
  for (const { token_id } of tokens) {
    await revokeToken(admin, token_id);
    const journal = readJournal(directory);
    writeJournal(directory, { ...journal, tokens_revoked: journal.tokens_revoked + 1 });
  }
  note(`${keys.length} keys of emitters were removed, ${tokens.length} tokens revoked.`);
}

/** The record of the statement with its receipt, and the statement for people, once the log has it. */
async function writeStatement(
  { tenant, directory, now, sleep }: Leaving,
  closing: NonNullable<ContractState['closing']>,
  { token, verifierKeys }: { token: string; verifierKeys: readonly string[] },
): Promise<string> {
  const proof = join(directory, 'closing-statement.json');
  const url = `${tenant.apiUrl}/v1/audit/events/${closing.event_id}`;
  const since = now();
  for (;;) {
    const answer = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal: AbortSignal.timeout(60_000),
    }).catch(() => undefined);
    if (answer?.ok) {
      writePrivateJson(proof, await answer.json());
      break;
    }
    await answer?.body?.cancel();
    if (now() - since > STUCK_MS)
      throw new AuditError(
        'unavailable',
        `The log does not show the record of the statement (${answer?.status ?? 'no answer'}): run this again.`,
      );
    await sleep(POLL_MS);
  }
  // After a rotation it is signed by the newest one.
  const results = await Promise.all(
    verifierKeys.map((key) => judge(proof, { key, progress: () => undefined })),
  );
  if (!results.some((result) => result.outcome === 'judged' && result.verdict.verified))
    throw new AuditError('integrity', `${proof} does not verify under the key that KMS names.`);
  const statement = join(directory, 'closing-statement.md');
  writeFileSync(statement, statementText(closing), { mode: 0o600 });
  return statement;
}

/** What would be done, where nobody has confirmed it. */
export async function describeLeaving({
  tenant,
  connection: { admin, sqs },
  now,
}: Pick<Leaving, 'tenant' | 'connection' | 'now'>) {
  const { ended, ended_at, closing } = await readEnd(admin);
  const active = (await listTokens(admin)).filter((entry) => stateOfToken(entry, now()) === 'active');
  const keys = (await listEmitters(admin)).filter((entry) => stateOfEmitter(entry) === 'active');
  const { waiting, inWork } = await readQueue(sqs, tenant.queueUrl);
  return {
    tenant: tenant.id,
    ended,
    ...(ended_at !== undefined && { ended_at }),
    stated: closing !== undefined,
    tokens_to_revoke: active.length,
    emitters_to_remove: keys.length,
    messages_to_record: waiting + inWork,
  };
}
