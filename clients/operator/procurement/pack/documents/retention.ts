import { daysOf } from '../days.ts';
import type { PackDocument } from '../document.ts';
import { claim, documentAt, type Looked, route, setting, template, testAt } from '../evidence.ts';
import type { Facts } from '../facts.ts';

/** The longest half-year. */
const HALF_YEAR_DAYS = 184;

/** How long records are kept, who sets that, and how deletion is shown to have happened. */
export function retention({ deployment, live }: Facts): PackDocument {
  const { tenant, resources } = deployment;
  const policy = live?.retention.policy ?? tenant.retention;
  const from = (name: keyof typeof policy): Looked =>
    live
      ? {
          kind: 'route',
          where: `GET /v1/audit/retention-policy, version ${live.retention.version}: ${name} = ${policy[name]}`,
        }
      : setting(`retention.${name}`, policy[name]);
  const locked = template(
    resources,
    'AWS::S3::Bucket',
    'ObjectLockEnabled',
    ({ ObjectLockEnabled }) => ObjectLockEnabled === true,
    ({ name }) => name === 'BucketsArchive',
  );
  const long = policy.immutability_days >= HALF_YEAR_DAYS;
  return {
    name: 'retention-and-deletion',
    title: 'Retention and deletion policy',
    sections: [
      {
        heading: `What holds for ${tenant.display_name}`,
        statements: [
          claim(
            `For ${daysOf(policy.immutability_days)} from its recording nobody can delete or change a record in the archive${tenant.lock_mode === 'COMPLIANCE' ? ', the root of the account included' : ' without the permission to bypass the lock'}.`,
            from('immutability_days'),
            setting('lock_mode', tenant.lock_mode),
            locked,
          ),
          claim(`Records are kept for at least ${daysOf(policy.min_days)}.`, from('min_days')),
          claim(
            `Records are purged after ${daysOf(policy.max_days)}.`,
            from('max_days'),
            testAt('test/core/retention/purge.test.ts'),
          ),
          claim(
            `Records stay in the table, where queries find them, as long as they are kept: the ${daysOf(policy.archive_after_days)} after which they would leave it for the archive are a setting on which nothing acts in this version.`,
            from('archive_after_days'),
            testAt('test/core/retention/policy.test.ts'),
            documentAt('docs/retention.md'),
          ),
          claim(
            `After the end of the contract records are kept for ${daysOf(policy.after_termination_days)}.`,
            from('after_termination_days'),
          ),
          claim(
            long
              ? `The lock is as long as the six months of Articles 19(1) and 26(6) of the AI Act (up to ${HALF_YEAR_DAYS} days).`
              : `The lock is shorter than the six months of Articles 19(1) and 26(6) of the AI Act (up to ${HALF_YEAR_DAYS} days): by itself it does not support them.`,
            from('immutability_days'),
          ),
        ],
      },
      {
        heading: 'Who sets it',
        statements: [
          claim(
            'The tenant, through its own API, above the floors that were agreed; each change is a record of its log.',
            route('PUT /v1/audit/retention-policy'),
            testAt('test/core/retention/standing-policy.test.ts'),
          ),
          claim(
            'A lock that is written is never shortened.',
            documentAt('docs/retention.md'),
            testAt('test/local/archive.test.ts'),
          ),
          claim(
            'The tenant can place a legal hold, which purge and erasure respect.',
            route('POST /v1/audit/legal-holds'),
          ),
        ],
      },
      {
        heading: 'Deletion, and how it is verified',
        statements: [
          claim(
            'Personal fields of a person can be erased while the records still verify.',
            route('POST /v1/audit/erasures'),
            testAt('test/core/event/personal-data.test.ts'),
          ),
          claim(
            'A purge leaves a certificate, which is a record of the log; the hashes of what was purged stay, so that the rest still verifies.',
            testAt('test/core/receipt/verify-tiles.test.ts'),
            testAt('test/core/retention/purge.test.ts'),
          ),
          claim(
            'On leaving, the tenant fetches everything, with proofs, by itself.',
            route('POST /v1/audit/exports'),
            testAt('test/local/export.test.ts'),
          ),
          claim(
            'Off-boarding ends with a closing statement of what is kept, where, and until when.',
            testAt('test/clients/operator/tenant/offboard.test.ts'),
          ),
        ],
      },
    ],
  };
}
