import { join } from 'node:path';
import { https } from '../../sdk/https.ts';
import { sqs } from '../../sdk/sqs.ts';
import type { Progress } from '../local/progress.ts';
import { verifierKeysOf, withConnection } from '../tenant/connect.ts';
import type { DeployedTenant } from '../tenant/locate.ts';
import { withAccess } from './access.ts';
import { confirmAll, SMOKE_AGENT, sendTask, smokeTrail, verifyAll } from './round-trip.ts';

/**
 * Sends a task over SQS and one over HTTPS through `tenant` as it is deployed, and verifies what its log says of them.
 * The credentials of AWS come from the environment, for the agent on SQS too. What it sends stays in the log: nobody can
 * take it out. Throws what went wrong, after having ended the token and the emitter that it made.
 */
export async function smoke(
  tenant: DeployedTenant,
  options: { actor: string; progress: Progress; signal: AbortSignal },
): Promise<void> {
  const { progress, signal } = options;
  const { apiUrl, queueUrl, region, local } = tenant;
  await withConnection(tenant, options.actor, async ({ admin, kms }) => {
    const [verifierKey] = await progress.step("get the log's key from KMS", () =>
      verifierKeysOf(tenant, kms),
    );
    signal.throwIfAborted();
    await withAccess(tenant, admin, { agent: SMOKE_AGENT.id, progress }, async (access) => {
      const { token, emitterKeyFile, scratch } = access;
      const ways = {
        SQS: sqs({
          queueUrl,
          region,
          apiUrl,
          emitterKey: emitterKeyFile,
          ...(local && { endpoint: local.endpoint }),
        }),
        HTTPS: https({ apiUrl, token }),
      };
      for (const [way, transport] of Object.entries(ways)) {
        const trail = smokeTrail(transport, verifierKey, join(scratch, way));
        try {
          const run = <T>(label: string, work: () => Promise<T>): Promise<T> => {
            signal.throwIfAborted();
            return progress.step(`${way}: ${label}`, work);
          };
          const eventIds = await run('send a task of three events', () => sendTask(trail, way));
          await run('confirm their receipts', () => confirmAll(trail, eventIds));
          await run('read them back and verify', () => verifyAll(eventIds, { apiUrl, token, verifierKey }));
        } finally {
          await trail.close().catch(() => undefined); // what failed has been thrown already
        }
      }
    });
  });
}
