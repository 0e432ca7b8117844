import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from '../../../core/identity/scope.ts';
import type { AdminClient } from '../admin-client.ts';
import type { Progress } from '../local/progress.ts';
import { createEmitter, mintEmitterId, removeEmitter } from '../tenant/emitters.ts';
import type { DeployedTenant } from '../tenant/locate.ts';
import { createToken, revokeToken } from '../tenant/tokens.ts';

/** Enough to send over HTTPS and to read back what was sent. */
const SCOPES: readonly Scope[] = ['events:write', 'events:read'];
/** A revocation that cannot be done is made good by the calendar. */
const EXPIRES_IN_DAYS = 1;

/** What a smoke test may use while it runs. */
export interface Access {
  readonly token: string;
  readonly emitterKeyFile: string;
  /** A folder for what the agents keep, removed afterwards. */
  readonly scratch: string;
}

/**
 * Runs `use` with a token and an emitter of `tenant` that exist for this alone; both are ended afterwards, whatever
 * happened. Where that fails it is said how to do it by hand, and the error goes on.
 */
export async function withAccess(
  tenant: DeployedTenant,
  admin: AdminClient,
  options: { agent: string; progress: Progress },
  use: (access: Access) => Promise<void>,
): Promise<void> {
  const { agent, progress } = options;
  const undo: Undo[] = [];
  const scratch = mkdtempSync(join(tmpdir(), 'audit-trail-smoke-'));
  try {
    const { tokenId, token } = await progress.step('make a token for a day', () =>
      createToken(admin, tenant.id, {
        name: 'smoke test',
        grant: { scopes: SCOPES },
        expiresInDays: EXPIRES_IN_DAYS,
      }),
    );
    undo.push({
      label: 'revoke the token',
      byHand: `npm run tenant -- token revoke ${tenant.id} ${tokenId}`,
      run: () => revokeToken(admin, tokenId),
    });
    const emitterKeyFile = join(scratch, 'emitter.json');
    const { kid } = await progress.step('register a temporary emitter', () =>
      createEmitter(admin, tenant, { emitterId: mintEmitterId(), agents: [agent], file: emitterKeyFile }),
    );
    undo.push({
      label: 'remove the emitter',
      byHand: `npm run tenant -- emitter remove ${tenant.id} ${kid}`,
      run: async () => void (await removeEmitter(admin, kid)),
    });
    await use({ token, emitterKeyFile, scratch });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
    await undoAll(undo, progress);
  }
}

interface Undo {
  label: string;
  byHand: string;
  run: () => Promise<void>;
}

/** Undoes all, also after one could not be; then throws the first failure. */
async function undoAll(undo: readonly Undo[], progress: Progress): Promise<void> {
  const failures: unknown[] = [];
  for (const { label, byHand, run } of undo) {
    try {
      await progress.step(label, run);
    } catch (error) {
      failures.push(error);
      progress.say(`          do it by hand: ${byHand}`);
    }
  }
  if (failures.length > 0) throw failures[0];
}
