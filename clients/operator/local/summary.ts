import { z } from 'zod';
import { AuditError } from '../../../core/errors.ts';
import { type Verdict, verifyPage } from '../../../core/receipt/verify.ts';
import type { LocalOutputs, TenantOutputs } from './outputs.ts';

const PAGE = 1000;
const pageSchema = z.looseObject({
  events: z.array(z.unknown()),
  next_cursor: z.string().nullish(),
  total_count: z.int().nonnegative(),
});

/** What a tenant's log holds, and how much of it was found to be signed and in place. */
interface Proven {
  readonly accepted: number;
  readonly verified: number;
  /** The first thing that did not verify. */
  readonly refusal: string | undefined;
}

/** Reads a tenant's whole log through its API and verifies every record under the key that KMS named. */
async function prove({ api_url, tokens, verifier_key }: TenantOutputs, signal: AbortSignal): Promise<Proven> {
  let verified = 0;
  let cursor: string | undefined;
  for (;;) {
    // By time: such a walk is a snapshot and ends, where one in the order of the log waits for more.
    const query = new URLSearchParams({ order: 'occurred_at', category: 'all', limit: String(PAGE) });
    if (cursor !== undefined) query.set('cursor', cursor);
    const url = `${api_url}/v1/audit/events?${query.toString()}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${tokens.reader}` }, signal });
    if (!answer.ok) throw new AuditError('unavailable', `${url} answered ${answer.status}`);
    const page = pageSchema.parse(await answer.json());
    const verdict: Verdict = await verifyPage(page, verifier_key);
    if (!verdict.verified) {
      const { code, means } = { means: '', ...verdict.failure };
      return {
        accepted: page.total_count,
        verified: verified + verdict.checked,
        refusal: `${code} ${means}`.trim(),
      };
    }
    verified += verdict.shown.count;
    cursor = page.next_cursor ?? undefined;
    if (cursor === undefined) return { accepted: page.total_count, verified, refusal: undefined };
  }
}

/** Per tenant: events accepted, signed and verified, and how to reach it. */
export async function summarise(outputs: LocalOutputs, signal: AbortSignal): Promise<string[]> {
  const tenants = await Promise.all(
    Object.entries(outputs.tenants).map(async ([id, tenant]) => {
      const { accepted, verified, refusal } = await prove(tenant, signal);
      return [
        '',
        `${id}  ${tenant.tier}, account ${tenant.account}`,
        `  events    ${accepted} accepted, ${verified} signed and verified${refusal ? `; then: ${refusal}` : ''}`,
        `  API       ${tenant.api_url}`,
        `  console   ${tenant.console_url}`,
        `  token     ${tenant.tokens.reader}  (reader)`,
        `            ${tenant.tokens.admin}  (admin: sees personal fields, administers)`,
        `  verifier  ${tenant.verifier_key}`,
      ];
    }),
  );
  return tenants.flat();
}
