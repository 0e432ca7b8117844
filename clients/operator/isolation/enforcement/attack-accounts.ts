import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Findings } from '../findings.ts';
import type { DeployedTarget } from './attack-services.ts';
import { callsOn } from './calls.ts';
import { type Clients, clientsWith, rootOf } from './clients.ts';
import { sessionsOf } from './sessions.ts';

const PART = 'accounts';

/** Uses what one account's tenant has at the account of another, and looks for the other's things in one's own. */
export async function attackAccounts(tenants: readonly DeployedTarget[], findings: Findings): Promise<void> {
  let apart = false;
  for (const own of tenants) {
    const others = tenants.filter(({ emulator }) => emulator.account !== own.emulator.account);
    if (others.length === 0) continue;
    apart = true;
    const root = clientsWith(rootOf(own.emulator), own.emulator);
    try {
      const sessions = (await sessionsOf(root)).filter(({ tenant }) => tenant === own.id);
      for (const other of others) {
        findings.attacked(
          PART,
          `account ${other.emulator.account} (${other.id}) from ${own.emulator.account} (${own.id})`,
        );
        for (const { role, at } of sessions)
          await everythingFails(at(other.emulator), other, {
            kind: "session of a function's role, at another account",
            who: `${role} of ${own.id} at ${other.emulator.account}`,
            findings,
          });
        await everythingFails(clientsWith(rootOf(own.emulator), other.emulator), other, {
          kind: "root of one account, at another account's address",
          who: `root of ${own.emulator.account} at ${other.emulator.account}`,
          findings,
        });
        await everythingFails(clientsWith(rootOf(own.emulator), own.emulator), other, {
          kind: 'root of one account, with names of another',
          who: `root of ${own.emulator.account} at home`,
          findings,
        });
        await nothingIsListed(root, own, other, findings);
      }
    } finally {
      root.destroy();
    }
  }
  if (apart)
    findings.skip(
      PART,
      'the border between two accounts of AWS itself',
      'the accounts of a local cloud are emulators of their own; that AWS separates accounts is for AWS to show, and the policies part shows that no policy opens the border',
    );
  else findings.skip(PART, 'accounts', 'all tenants of this cloud share one account');
}

async function everythingFails(
  clients: Clients,
  other: DeployedTarget,
  { kind, who, findings }: { kind: string; who: string; findings: Findings },
): Promise<void> {
  try {
    for (const { action, on, make } of callsOn(other.target)) {
      const open = await make(clients).then(
        () => true,
        () => false,
      );
      if (!open) findings.refused(PART, kind);
      else
        findings.breach({
          part: PART,
          kind,
          attack: `${action} by ${who} on ${on}`,
          expected: 'a refusal, or no such thing',
          got: 'it was let in',
        });
    }
  } finally {
    clients.destroy();
  }
}

async function nothingIsListed(
  root: Clients,
  own: DeployedTarget,
  { id, target }: DeployedTarget,
  findings: Findings,
): Promise<void> {
  const kind = "what one account lists, looked through for another tenant's names";
  const listed = [
    ...((await root.dynamo.send(new ListTablesCommand({}))).TableNames ?? []),
    ...((await root.s3.send(new ListBucketsCommand({}))).Buckets ?? []).map(({ Name }) => Name ?? ''),
    ...((await root.sqs.send(new ListQueuesCommand({}))).QueueUrls ?? []),
  ];
  const names = [
    ...(target.tables ?? []),
    ...(target.buckets ?? []),
    ...(target.queueUrl ? [target.queueUrl] : []),
  ];
  for (const name of names) {
    if (!listed.includes(name)) findings.refused(PART, kind);
    else
      findings.breach({
        part: PART,
        kind,
        attack: `listing account ${own.emulator.account}`,
        expected: `nothing of ${id}`,
        got: name,
      });
  }
}
