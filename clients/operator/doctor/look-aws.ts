import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { paginateListServiceQuotas, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { loadTenants } from '../../../lib/config/load-tenants.ts';
import type { AppliedQuota, AwsFacts } from './aws.ts';

const PATIENCE_MS = 10_000;

/** The quotas that decide how many tenants fit (lib/capacity/quotas.ts), by how AWS calls them. */
const WANTED = [
  { service: 'apigateway', called: /^Regional APIs/i, name: 'API Gateway Regional APIs' },
  { service: 'dynamodb', called: /^Maximum number of tables/i, name: 'DynamoDB tables' },
  { service: 'events', called: /^Event buses/i, name: 'EventBridge event buses' },
  { service: 'events', called: /^Rules/i, name: 'EventBridge rules' },
  { service: 'iam', called: /^Roles per account/i, name: 'IAM roles' },
  { service: 'lambda', called: /^Concurrent executions/i, name: 'Lambda concurrent executions' },
] as const;

/** Asks the account who we are and what it has; reads alone, and nothing at all without credentials. */
export async function lookAtAws(tenants: string): Promise<AwsFacts> {
  const sts = new STSClient({ maxAttempts: 1, ...QUICK });
  const region = await sts.config.region().catch(() => undefined);
  const caller = await callerOf(new STSClient({ maxAttempts: 1, ...QUICK, region: region ?? 'us-east-1' }));
  const otherAccounts = accountsBesides('account' in caller ? caller.account : undefined, tenants);
  if ('problem' in caller) return { region, caller, quotas: [], otherAccounts };
  const [bootstrapped, quotas] = await Promise.all([
    region === undefined ? undefined : isBootstrapped(caller.account, region),
    quotasOf(region ?? 'us-east-1'),
  ]);
  return { region, caller, bootstrapped, quotas, otherAccounts };
}

const QUICK = { requestHandler: { connectionTimeout: 3_000, requestTimeout: PATIENCE_MS } };

async function callerOf(sts: STSClient): Promise<AwsFacts['caller']> {
  try {
    const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}));
    return { account: Account, arn: Arn };
  } catch (error) {
    const { name, message } = error as Error;
    return { problem: `${name}: ${message.split('\n', 1)[0]}` };
  }
}

async function isBootstrapped(account: string, region: string): Promise<boolean | undefined> {
  const s3 = new S3Client({ region, maxAttempts: 1, ...QUICK });
  const Bucket = `cdk-hnb659fds-assets-${account}-${region}`;
  return await s3.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner: account })).then(
    () => true,
    (error: Error) => (error.name === 'NotFound' ? false : undefined),
  );
}

async function quotasOf(region: string): Promise<AppliedQuota[]> {
  const services = [...new Set(WANTED.map(({ service }) => service))];
  const told = new Map(
    await Promise.all(
      services.map(async (service) => {
        // IAM is asked for where it lives.
        const at = service === 'iam' ? 'us-east-1' : region;
        const client = new ServiceQuotasClient({ region: at, maxAttempts: 2, ...QUICK });
        return [service, await allOf(client, service).catch(() => [])] as const;
      }),
    ),
  );
  return WANTED.map(({ service, called, name }) => {
    const value = told.get(service)?.find((quota) => called.test(quota.name))?.value;
    return { name, ...(value !== undefined && { value }) };
  });
}

async function allOf(
  client: ServiceQuotasClient,
  ServiceCode: string,
): Promise<{ name: string; value: number }[]> {
  const all: { name: string; value: number }[] = [];
  for await (const { Quotas = [] } of paginateListServiceQuotas({ client }, { ServiceCode }))
    for (const { QuotaName, Value } of Quotas)
      if (QuotaName !== undefined && Value !== undefined) all.push({ name: QuotaName, value: Value });
  return all;
}

function accountsBesides(account: string | undefined, tenants: string): string[] {
  try {
    const named = loadTenants(tenants).flatMap((tenant) =>
      tenant.tier === 'account-per-tenant' ? [tenant.account] : [],
    );
    return named.filter((one) => one !== account);
  } catch {
    return []; // the check of the tenant files says what is wrong with them
  }
}
