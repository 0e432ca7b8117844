import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import type { Findings } from '../findings.ts';
import { type Call, callsOn, type Target } from './calls.ts';
import { type Clients, clientsWith, type Emulator, rootOf } from './clients.ts';
import { sessionsOf } from './sessions.ts';
import { endStandIn, makeStandIn } from './stand-in.ts';

/** A tenant of the running cloud: where it is, and what it has. */
export interface DeployedTarget {
  readonly id: string;
  readonly emulator: Emulator;
  readonly target: Target;
}

const PART = 'enforcement';

/** Calls the services with a session of every function's role: on what a neighbour in the same account has. */
export async function attackServices(tenants: readonly DeployedTarget[], findings: Findings): Promise<void> {
  const accounts = new Map(tenants.map((tenant) => [tenant.emulator.account, tenant.emulator]));
  for (const emulator of accounts.values()) {
    const root = clientsWith(rootOf(emulator), emulator);
    const neighbour = await makeStandIn(root);
    try {
      const here = tenants.filter((tenant) => tenant.emulator.account === emulator.account);
      await attackAccount(here, { emulator, root, neighbour, findings });
    } finally {
      await endStandIn(root, neighbour);
      root.destroy();
    }
  }
}

async function attackAccount(
  tenants: readonly DeployedTarget[],
  of: { emulator: Emulator; root: Clients; neighbour: Target; findings: Findings },
): Promise<void> {
  const { emulator, root, neighbour, findings } = of;
  const calls = await thatSucceed(callsOn(neighbour), root, findings);
  for (const session of await sessionsOf(root)) {
    const clients = session.at(emulator);
    try {
      const own = tenants.find(({ id }) => id === session.tenant);
      if (!own) continue;
      const who = `${session.role} of ${session.tenant}`;
      if (await opens(clients, { action: 'dynamodb:ListTables', on: 'the account', make: listTables })) {
        findings.skip(
          PART,
          `as ${who}`,
          'this emulator does not evaluate IAM: a role without the grant may list tables',
        );
        continue;
      }
      if (!(await opensItsOwn(clients, own.target))) {
        findings.skip(
          PART,
          `as ${who}`,
          'no harmless call opens anything of its own, so its refusals would say nothing',
        );
        continue;
      }
      findings.attacked(PART, `as ${who}`);
      const others = tenants.filter((tenant) => tenant !== own);
      const foreign = [...calls, ...others.flatMap(({ target }) => callsOn(target))];
      for (const call of foreign) await mustBeRefused(call, clients, who, findings);
      for (const { id, target } of others)
        findings.attacked(PART, `${Object.keys(target).length} kinds of resources of ${id}`);
    } finally {
      clients.destroy();
    }
  }
}

const listTables = ({ dynamo }: Clients) => dynamo.send(new ListTablesCommand({}));

/** Calls that the account's root gets through: the others would fail whoever made them. */
async function thatSucceed(calls: readonly Call[], root: Clients, findings: Findings): Promise<Call[]> {
  const sound: Call[] = [];
  for (const call of calls) {
    if (await opens(root, call)) sound.push(call);
    else findings.skip(PART, call.action, 'the emulator refuses this call even to the root of the account');
  }
  return sound;
}

/** Whether the session is one that works: something of the tenant's own opens to it. */
async function opensItsOwn(clients: Clients, own: Target): Promise<boolean> {
  const harmless = /^(dynamodb:(GetItem|Query)|s3:ListBucket|sqs:GetQueueAttributes|kms:GetPublicKey)$/;
  for (const call of callsOn(own).filter(({ action }) => harmless.test(action)))
    if (await opens(clients, call)) return true;
  return false;
}

async function opens(clients: Clients, call: Call): Promise<boolean> {
  return await call.make(clients).then(
    () => true,
    () => false,
  );
}

async function mustBeRefused(call: Call, clients: Clients, who: string, findings: Findings): Promise<void> {
  const kind = `${call.action} on what a neighbour has`;
  const outcome = await call.make(clients).then(
    () => 'it was let in',
    (error: unknown) => (isAccessDenied(error) ? undefined : String(error)),
  );
  if (outcome === undefined) findings.refused(PART, kind);
  else
    findings.breach({
      part: PART,
      kind,
      attack: `${call.action} by ${who} on ${call.on}`,
      expected: 'AccessDenied',
      got: outcome,
    });
}

function isAccessDenied(error: unknown): boolean {
  return (
    error instanceof Error && /^(AccessDenied|AccessDeniedException|AccessDeniedFault)$/.test(error.name)
  );
}
