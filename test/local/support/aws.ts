import { OPERATOR_SECRET } from '../../../clients/operator/local/emulator-environment.ts';
import type { LocalTenant } from './local-tenants.ts';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Configuration of an AWS client in the tenant's account; S3 is addressed by path. */
export interface AwsConfig {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: Credentials;
  readonly forcePathStyle: true;
}

/** AWS as `credentials` see it at the tenant's emulator. */
export function awsConfig(
  { region, endpoint }: Pick<LocalTenant, 'region' | 'endpoint'>,
  credentials: Credentials,
): AwsConfig {
  return { region, endpoint, credentials, forcePathStyle: true };
}

/** AWS as the operator, root of the tenant's account, sees it. */
export function operatorConfig(tenant: LocalTenant): AwsConfig {
  return awsConfig(tenant, { accessKeyId: tenant.account, secretAccessKey: OPERATOR_SECRET });
}
