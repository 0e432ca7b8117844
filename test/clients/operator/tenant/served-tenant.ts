import { writePrivateJson } from '../../../../clients/operator/local/outputs.ts';
import { main } from '../../../../clients/operator/tenant/main.ts';
import { asTenantId } from '../../../../core/event/ids.ts';
import { Acts } from '../../../../lambdas/admin-api/acts.ts';
import { adminRoutes } from '../../../../lambdas/admin-api/admin-api.ts';
import { answerOperator, asOperatorInvocation } from '../../../../lambdas/admin-api/operator.ts';
import { AccessLog } from '../../../../lambdas/shared/http/access-log.ts';
import { DEPLOYED, holdsOf } from '../../../lambdas/admin-api/admin-world.ts';
import { MemoryErasures } from '../../../support/memory-erasures.ts';
import { MemoryExportFiles, MemoryExportJobs } from '../../../support/memory-exports.ts';
import { MemoryHolds } from '../../../support/memory-holds.ts';
import { MemoryPolicies } from '../../../support/memory-policies.ts';
import { MemoryEmitters, MemoryTokens, MemoryUsage } from '../../../support/memory-registries.ts';
import { MemoryWebhooks } from '../../../support/memory-webhooks.ts';
import { SeededRandom } from '../../../support/seeded-random.ts';
import { type Heard, withServer } from '../../sdk/loopback.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');

/** What a run of the command said and how it ended. */
interface Run {
  status: number;
  out: string;
  err: string;
}

/** Runs the operator's command as a shell would. */
export async function run(...args: string[]): Promise<Run> {
  const out: string[] = [];
  const err: string[] = [];
  const status = await main(args, {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    now: () => NOW,
  });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

/** What the tenant's log was told, as bodies of the internal queue. */
interface Served {
  /** State directory that names the tenant `acme`. */
  state: string;
  recorded: readonly string[];
  heard: readonly Heard[];
}

/**
 * The admin function of `acme`, as it is, behind a server that speaks the Lambda service's Invoke, with the outputs of a
 * local cloud that names it in `state`. `alter` may change what the function answers.
 */
export async function withServedTenant(
  state: string,
  use: (served: Served) => Promise<void>,
  alter: (answer: { status: number; body: unknown }) => unknown = (answer) => answer,
): Promise<void> {
  const recorded: string[] = [];
  const clock = { now: () => NOW };
  const random = new SeededRandom(7);
  const outbox = { send: async (bodies: readonly string[]) => void recorded.push(...bodies) };
  const routes = adminRoutes({
    tenantId: asTenantId('acme'),
    tokens: new MemoryTokens(),
    emitters: new MemoryEmitters(),
    usage: new MemoryUsage(),
    exports: { jobs: new MemoryExportJobs(), files: new MemoryExportFiles(), queue: outbox },
    retention: { policies: new MemoryPolicies(), deployed: DEPLOYED },
    holds: holdsOf(new MemoryHolds()),
    erasures: { registry: new MemoryErasures(), wake: async () => undefined },
    webhooks: new MemoryWebhooks(),
    acts: new Acts(outbox, clock, random),
    clock,
    random,
  });
  const access = new AccessLog(outbox, 'admin-api', { clock, random, version: '0.0.0' });
  await withServer(
    async ({ path, body }) => {
      const invocation = asOperatorInvocation(JSON.parse(body.toString() || 'null'));
      if (path !== '/2015-03-31/functions/admin/invocations' || !invocation) return { status: 400 };
      return {
        status: 200,
        body: alter(await answerOperator(routes, invocation, 'r-1', { log: () => undefined, access })),
      };
    },
    async (endpoint, heard) => {
      writePrivateJson(`${state}/outputs.json`, {
        region: 'us-east-1',
        tenants: { acme: localTenant(endpoint) },
      });
      await use({ state, recorded, heard });
    },
  );
}

/** What `npm run local -- up` would leave for a tenant at `endpoint`. */
export function localTenant(endpoint: string) {
  return {
    tier: 'table-per-tenant',
    account: '000000000000',
    endpoint,
    api_url: `${endpoint}/api/live`,
    console_url: `${endpoint}/api/live/console/`,
    queue_url: `${endpoint}/000000000000/ingest`,
    records_table: 'records',
    control_table: 'control',
    archive_bucket: 'archive',
    work_bucket: 'work',
    signing_key_id: 'key',
    signing_key_ids: ['key'],
    admin_function: 'admin',
    writer_function: 'writer',
    log_origin: 'audit.example.com/acme/01234567',
    verifier_key: 'audit.example.com/acme/01234567+00000000+AQ==',
    tokens: { admin: 'a', reader: 'r', writer: 'w' },
    emitter_key_file: '/nowhere.json',
  };
}
