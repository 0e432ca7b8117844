import type { PackDocument } from '../document.ts';
import { claim, documentAt, type Looked, setting, template, testAt } from '../evidence.ts';
import type { Facts } from '../facts.ts';

/** What keeps tenants apart in this tier, what a run of the attacks showed, and where the guarantee ends. */
export function isolation(facts: Facts): PackDocument {
  const { deployment, isolation: run } = facts;
  const { tenant, account, resources } = deployment;
  const inOwn = tenant.tier === 'account-per-tenant';
  const ran: Looked = run?.ofTenant ? { kind: 'report', where: `${run.file}, ${run.date}` } : undefined;
  const refused = run?.refused ? ran : undefined;
  return {
    name: 'isolation-guarantee',
    title: 'Tenant isolation guarantee',
    sections: [
      {
        heading: 'The model',
        statements: [
          inOwn
            ? claim(
                `${tenant.display_name} has an AWS account of its own (${account}): another tenant’s credentials are credentials of another account.`,
                setting('tier', tenant.tier),
                setting('account', tenant.account),
              )
            : claim(
                `${tenant.display_name} has tables, buckets, queues, keys, functions and roles of its own in the platform’s AWS account. Tenants of this account are kept apart by IAM, not by a filter in a query.`,
                setting('tier', tenant.tier),
              ),
          claim(
            'Nothing that carries tenant data is shared between two tenants.',
            testAt('test/lib/stacks/fleet.test.ts'),
            template(resources, 'AWS::DynamoDB::Table', 'in the tenant’s own stack', () => true),
          ),
        ],
      },
      {
        heading: 'What we guarantee',
        statements: [
          claim(
            'No runtime role of this tenant reaches a resource of another, and none of another reaches one of this.',
            testAt('test/clients/operator/isolation/policies.test.ts'),
            refused,
          ),
          claim(
            'A token of one tenant opens nothing of another: it is looked up in the tenant’s own table.',
            testAt('test/core/identity/token.test.ts'),
            refused,
          ),
          claim(
            'The tenant on a record comes from the queue that it arrived on and from a verified claim or token, never from the payload.',
            testAt('test/core/ingest/accept.test.ts'),
            testAt('test/core/identity/claim.test.ts'),
          ),
          ...(tenant.tier === 'account-per-tenant'
            ? [
                claim(
                  `From outside the account only these may send to the queue: ${tenant.emitter_principals.join(', ')}.`,
                  setting('emitter_principals', tenant.emitter_principals),
                ),
              ]
            : []),
        ],
      },
      {
        heading: 'The last run of the attacks',
        statements: [
          run
            ? claim(
                run.refused
                  ? `${run.tried} attacks of one tenant on another, at every route, every policy and the services, were refused.`
                  : `${run.breaches} of ${run.tried} attacks were NOT refused.`,
                ran,
              )
            : claim('That the attacks of one tenant on another are refused on a running system.', undefined),
          ...(run?.skipped ?? []).map(({ what, why }) => claim(`Not tried: ${what}, because ${why}.`, ran)),
        ],
      },
      {
        heading: 'Where it ends',
        statements: [
          claim(
            'The role that deploys the stacks is the operator’s, and can do what an administrator of the account can. What such a person does to records shows as the tamper-evidence statement says.',
            documentAt('docs/architecture.md'),
          ),
          ...(inOwn
            ? []
            : [
                claim(
                  'Limits of the account, such as concurrent executions, are shared: each tenant is throttled so that it cannot use up what others need.',
                  documentAt('docs/operations/capacity.md'),
                ),
              ]),
        ],
      },
    ],
  };
}
