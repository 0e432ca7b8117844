import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { AuditError, isAuditError } from '../../../core/errors.ts';
import { formatVerifierKey } from '../../../core/log/note.ts';
import { AdminClient } from '../admin-client.ts';
import { OPERATOR_SECRET } from '../local/emulator-environment.ts';
import { WriterClient } from '../writer-client.ts';
import type { DeployedTenant } from './locate.ts';

/** SubjectPublicKeyInfo of Ed25519 (RFC 8410): this many bytes, then the 32 of the key. */
const SPKI_PREFIX_BYTES = 12;

/** The operator's clients of one tenant. */
export interface Connection {
  readonly admin: AdminClient;
  readonly writer: WriterClient;
  readonly dynamo: DynamoDBClient;
  readonly kms: KMSClient;
  readonly sqs: SQSClient;
}

/**
 * Runs `use` with clients of `tenant`: in the local cloud with that account's credentials, in AWS with those of the
 * shell. `actor` stands in the tenant's log for what is done. A failure of AWS comes as `unavailable` or `forbidden`,
 * with what to do about it.
 */
export async function withConnection<T>(
  tenant: DeployedTenant,
  actor: string,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const config = clientConfig(tenant);
  const lambda = new LambdaClient(config);
  // With the account in its name, credentials of another account are refused instead of finding another function.
  const named = (name: string) => (tenant.local ? name : `${tenant.account}:function:${name}`);
  const clients = {
    dynamo: new DynamoDBClient(config),
    kms: new KMSClient(config),
    sqs: new SQSClient(config),
  };
  try {
    const admin = new AdminClient(lambda, { functionName: named(tenant.adminFunction), actor });
    const writer = new WriterClient(lambda, { functionName: named(tenant.writerFunction), actor });
    return await use({ ...clients, admin, writer });
  } catch (error) {
    throw explained(error, tenant);
  } finally {
    for (const client of [lambda, ...Object.values(clients)]) client.destroy();
  }
}

/**
 * The verifier keys that a tenant's log has had, oldest first, asked of KMS and not of the API whose answers they are to
 * judge. Keys that were disabled since are left out.
 */
export async function verifierKeysOf(tenant: DeployedTenant, kms: KMSClient): Promise<[string, ...string[]]> {
  const all = await Promise.all(tenant.signingKeyIds.map((keyId) => verifierKeyOf(tenant, keyId, kms)));
  const [first, ...others] = all.filter((key) => key !== undefined);
  if (first === undefined)
    throw new AuditError('unavailable', 'No signing key of the log is enabled in KMS.');
  return [first, ...others];
}

async function verifierKeyOf(
  { logOrigin }: DeployedTenant,
  KeyId: string,
  kms: KMSClient,
): Promise<string | undefined> {
  try {
    const answer = await kms.send(new GetPublicKeyCommand({ KeyId }));
    if (!answer.PublicKey || answer.KeySpec !== 'ECC_NIST_EDWARDS25519')
      throw new AuditError('integrity', `The signing key ${KeyId} is not an Ed25519 key.`);
    return formatVerifierKey(logOrigin, answer.PublicKey.subarray(SPKI_PREFIX_BYTES));
  } catch (error) {
    const off = error instanceof Error && /^(DisabledException|KMSInvalidStateException)$/.test(error.name);
    if (off) return undefined;
    throw error;
  }
}

export function clientConfig({ region, account, local }: DeployedTenant) {
  if (!local) return { region };
  return {
    region,
    endpoint: local.endpoint,
    credentials: { accessKeyId: account, secretAccessKey: OPERATOR_SECRET },
    maxAttempts: 1, // on this machine nothing comes back by waiting
  };
}

const NO_CREDENTIALS = new Set([
  'CredentialsProviderError',
  'ExpiredTokenException',
  'ExpiredToken',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'TokenProviderError',
]);
const REFUSED = new Set(['AccessDeniedException', 'AccessDenied', 'KMSAccessDeniedException']);
const MISSING = new Set(['ResourceNotFoundException', 'NotFoundException', 'QueueDoesNotExist']);

/** What an error of an AWS client means for the operator; errors that we made ourselves stay as they are. */
export function explained(error: unknown, { id, account, region, local, source }: DeployedTenant): unknown {
  if (isAuditError(error) || !(error instanceof Error)) return error;
  const { name, message } = error;
  if (local) {
    return new AuditError(
      'unavailable',
      `The local cloud at ${local.endpoint} (${source}) did not do it: ${name} ${message}\nSee: npm run local -- status`,
      { cause: error },
    );
  }
  const place = `account ${account}, ${region}`;
  const advice = NO_CREDENTIALS.has(name)
    ? `Sign in to account ${account} (aws sso login), or set AWS_PROFILE to a profile of it.`
    : REFUSED.has(name)
      ? `The credentials in use must be of account ${account} and allowed to do this there (docs/operating.md).`
      : MISSING.has(name)
        ? `${source} names something that is not in ${place}. Deploy again: npx cdk deploy AuditTrail-${id}`
        : `Try again; if it stays so, look at the stack AuditTrail-${id}.`;
  const code = REFUSED.has(name) ? 'forbidden' : 'unavailable';
  return new AuditError(code, `AWS (${place}) did not do it: ${name} ${message}\n${advice}`, {
    cause: error,
  });
}
