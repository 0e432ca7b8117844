import type { Deployment } from '../deployment.ts';
import type { PackDocument } from '../document.ts';
import { claim, route, setting, template, testAt } from '../evidence.ts';
import type { Facts } from '../facts.ts';

/** Where audit data lies, in which form, what leaves it, and under which agreements. */
export function residency({ deployment }: Facts): PackDocument {
  const { tenant, region, account, resources } = deployment;
  const inOwn = tenant.tier === 'account-per-tenant';
  const { dpa, subprocessors } = tenant.data_processing ?? {};
  return {
    name: 'data-flow-and-residency',
    title: 'Data flow and residency',
    sections: [
      {
        heading: 'Where it lies',
        statements: [
          claim(
            `All audit data of ${tenant.display_name} is stored in the AWS Region ${region}.`,
            setting('region', tenant.region),
          ),
          claim(
            inOwn
              ? `It is in the AWS account ${account}, which holds nothing else and belongs to the ${tenant.account_owner}.`
              : 'It is in the platform’s AWS account, in stores that hold nothing of any other tenant.',
            setting('tier', tenant.tier),
            ...(inOwn
              ? [setting('account', tenant.account), setting('account_owner', tenant.account_owner)]
              : []),
          ),
          claim(
            'No store copies itself into another Region or account.',
            template(
              resources,
              'AWS::S3::Bucket',
              'no ReplicationConfiguration',
              (properties) => properties['ReplicationConfiguration'] === undefined,
            ),
            template(
              resources,
              'AWS::DynamoDB::Table',
              'no global table',
              (properties) => properties['Replicas'] === undefined,
            ),
          ),
        ],
        table: {
          head: ['store', 'holds', 'at rest', 'write-once'],
          rows: storesOf(deployment),
          columns: [3, 5, 4, 2],
        },
      },
      {
        heading: 'How it flows',
        statements: [
          claim(
            'Events come in over the tenant’s own queue or its own API, by TLS alone.',
            testAt('test/lib/stacks/tenant-stack.test.ts'),
            route('POST /v1/audit/events'),
          ),
          claim(
            `Before anything is hashed or stored for good, the personal fields ${tenant.personal_data.join(', ')} are replaced by salted commitments; their values lie in the work bucket alone.`,
            setting('personal_data', tenant.personal_data),
            testAt('test/core/event/personal-data.test.ts'),
          ),
          claim(
            'Data leaves through the tenant’s API, to who holds a token for it; each read is a record.',
            testAt('test/lambdas/shared/access-log.test.ts'),
          ),
          claim(
            'It also leaves to the webhooks and SIEM receivers that the tenant itself sets up, over HTTPS, to addresses of the public internet alone, in whichever country they are. Setting one up is a record; what is pushed holds personal fields as commitments.',
            route('POST /v1/audit/webhooks'),
            testAt('test/core/webhook/address.test.ts'),
            testAt('test/lambdas/adapters/public-post.test.ts'),
            testAt('test/core/webhook/dispatch.test.ts'),
          ),
          claim(
            'An export that is asked for lies in the work bucket until it expires, and is fetched from an address that holds for some minutes; each download is a record.',
            route('GET /v1/audit/exports/{export_id}/download'),
            testAt('test/lambdas/admin-api/exports.test.ts'),
          ),
          tenant.witnesses
            ? claim(
                'Signed heads of the log, which hold no content, go to the witnesses of the tenant’s file.',
                setting(
                  'witnesses',
                  tenant.witnesses.map(({ url }) => url),
                ),
              )
            : claim('No witness is named, so nothing is sent to one.', setting('witnesses', [])),
        ],
      },
      {
        heading: 'Agreements',
        statements: [
          claim(
            dpa === undefined ? 'The data processing agreement.' : `The data processing agreement is ${dpa}.`,
            setting('data_processing.dpa', dpa),
          ),
          claim(
            subprocessors === undefined
              ? 'The subprocessors.'
              : `The subprocessors are: ${subprocessors.join(', ')}.`,
            setting('data_processing.subprocessors', subprocessors),
          ),
        ],
      },
    ],
  };
}

const HOLDS: Readonly<Record<string, string>> = {
  TablesRecords: 'records, index, head of the log',
  TablesControl: 'hashes of tokens, public keys of emitters, jobs, settings',
  BucketsArchive: 'batches, hash tiles, daily records; personal fields as commitments',
  BucketsWork: 'values of personal fields, refused events, exports for some days',
  QueuesIngest: 'events on their way in',
  QueuesInternal: 'events of our own functions on their way in',
};

function storesOf({ resources }: Deployment): string[][] {
  return resources
    .filter(
      ({ name, type }) =>
        HOLDS[name] !== undefined && /^AWS::(S3::Bucket|DynamoDB::Table|SQS::Queue)$/.test(type),
    )
    .map(({ name, properties }) => [
      name,
      HOLDS[name] ?? '',
      encryptionOf(properties),
      properties['ObjectLockEnabled'] === true ? 'S3 Object Lock' : 'no',
    ]);
}

function encryptionOf(properties: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify([
    properties['BucketEncryption'],
    properties['SSESpecification'],
    properties['KmsMasterKeyId'],
  ]);
  if (text.includes('AES256')) return 'keys of Amazon S3 (SSE-S3)';
  return text.includes('KeysData') ? 'the tenant’s own KMS key' : 'keys of AWS';
}
