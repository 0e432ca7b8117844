import { z } from 'zod';
import type { FinalBundle } from '../../../core/retention/closing.ts';
import type { AdminClient } from '../admin-client.ts';

const PATH = '/v1/audit/retention-policy/end';

const statementSchema = z.object({
  tenant: z.string(),
  ended_at: z.string(),
  stated_at: z.string(),
  log: z.object({ origin: z.string(), size: z.int(), root: z.string(), verifier_key: z.string() }),
  bundle: z.object({
    export_id: z.string(),
    records: z.int(),
    sha256: z.string(),
    manifest_sha256: z.string(),
  }),
  closed: z.object({ tokens_revoked: z.int(), emitters_removed: z.int() }),
  after_termination_days: z.int(),
  kept: z.array(z.object({ what: z.string(), where: z.string(), until: z.string(), afterwards: z.string() })),
  holds: z.array(z.string()),
});

const endSchema = z.object({
  ended: z.boolean(),
  ended_at: z.string().optional(),
  closing: z.object({ event_id: z.string(), statement: statementSchema }).optional(),
});
/** How far the end of a contract is. */
export type ContractState = z.infer<typeof endSchema>;

export async function readEnd(admin: AdminClient): Promise<ContractState> {
  return await admin.request(endSchema, 'GET', PATH);
}

export async function endContract(admin: AdminClient, confirm: string): Promise<ContractState> {
  return await admin.request(endSchema, 'POST', PATH, { confirm });
}

export async function stateClosing(
  admin: AdminClient,
  confirm: string,
  told: { bundle: FinalBundle; tokensRevoked: number; emittersRemoved: number },
): Promise<ContractState> {
  const { bundle, tokensRevoked: tokens_revoked, emittersRemoved: emitters_removed } = told;
  return await admin.request(endSchema, 'POST', `${PATH}/statement`, {
    confirm,
    bundle,
    tokens_revoked,
    emitters_removed,
  });
}

/** The statement for people, as Markdown; the record beside it is what is signed. */
export function statementText({ event_id, statement }: NonNullable<ContractState['closing']>): string {
  const { tenant, log, bundle, closed, kept, holds } = statement;
  return `# Closing statement: ${tenant}

The contract ended at ${statement.ended_at}. What agents sent from then on was not recorded. This was stated at ${statement.stated_at};
it is the record \`${event_id}\` of the log, and closing-statement.json proves that.

- log: \`${log.origin}\`, ${log.size} records, root \`${log.root}\`
- verifier key: \`${log.verifier_key}\`. To verify takes this key and nothing of ours
- handed over: export ${bundle.export_id} with ${bundle.records} records, \`${bundle.sha256}\`, manifest \`${bundle.manifest_sha256}\`
- closed: ${closed.tokens_revoked} tokens revoked, ${closed.emitters_removed} keys of emitters removed

| what is kept | where | until, at the latest | then |
|---|---|---|---|
${kept.map(({ what, where, until, afterwards }) => `| ${what} | ${where} | ${until} | ${afterwards} |`).join('\n')}

${
  holds.length === 0
    ? 'No legal hold is in force.'
    : `Legal holds in force keep what they match beyond these times: ${holds.join(', ')}.`
}
Agreed for the time after the contract: ${statement.after_termination_days} days.
`;
}
