import { type Check, checksOf, lacking, ok, unknown, warning } from './check.ts';

/** A quota of the account as it is now. */
export interface AppliedQuota {
  readonly name: string;
  /** Absent where AWS did not say. */
  readonly value?: number;
}

/** What is known of the account, without anything being changed there. */
export interface AwsFacts {
  readonly region?: string | undefined;
  /** Who asks, where there are credentials that AWS takes. */
  readonly caller: { account: string; arn: string } | { problem: string };
  /** Whether the bucket of a CDK bootstrap is there; undefined where it could not be asked. */
  readonly bootstrapped?: boolean | undefined;
  readonly quotas: readonly AppliedQuota[];
  /** Accounts that tenant files name besides the caller's. */
  readonly otherAccounts: readonly string[];
}

/** New accounts begin with so few executions that one tenant's functions would wait for one another. */
const LEAST_CONCURRENCY = 100;

/** What a deployment needs of the account. */
export function judgeAws(facts: AwsFacts): Check[] {
  return [
    ...checksOf<AwsFacts>(
      'aws',
      {
        credentials: ({ caller }) =>
          'account' in caller
            ? ok(`${caller.arn} in ${caller.account}`)
            : lacking(
                caller.problem,
                'aws configure sso, AWS_PROFILE=…, or nothing, as long as you stay local.',
              ),
        region: ({ region }) =>
          region === undefined ? lacking('none', 'AWS_REGION=…, or a region in the profile.') : ok(region),
        'CDK bootstrap': ({ bootstrapped, caller, region }) => {
          if (bootstrapped === undefined) return unknown('not asked: no credentials, or no right to');
          const place = 'account' in caller ? `aws://${caller.account}/${region ?? 'REGION'}` : '';
          return bootstrapped
            ? ok('there')
            : lacking('not there', `npx cdk bootstrap ${place} (docs/operations/tenants.md)`);
        },
        'other accounts': ({ otherAccounts }) =>
          otherAccounts.length === 0
            ? ok('none is named by a tenant file')
            : unknown(`${otherAccounts.join(', ')}: run this with credentials of each`),
      },
      facts,
    ),
    ...facts.quotas.map(
      (quota): Check => ({ for: 'aws', what: `quota: ${quota.name}`, ...judgeQuota(quota) }),
    ),
  ];
}

function judgeQuota({ name, value }: AppliedQuota) {
  if (value === undefined) return unknown('AWS did not say');
  if (name.startsWith('Lambda') && value < LEAST_CONCURRENCY)
    return warning(String(value), 'A new account has few: ask for 1,000 (Service Quotas) before you deploy.');
  return ok(`${value}; docs/operations/capacity.md says how many tenants that holds`);
}
