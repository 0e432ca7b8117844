import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { AuditError } from '../../core/errors.ts';
import { deriveTenantKeys, type TenantKeys } from '../../core/index/tenant-keys.ts';
import { awsCall } from './aws-call.ts';

/** The tenant's derived keys; the secret is fetched once, since names of posting lists follow from it and it never changes. */
export class SecretKeys {
  readonly #client: SecretsManagerClient;
  readonly #secretId: string;
  #keys: Promise<TenantKeys> | undefined;

  constructor(client: SecretsManagerClient, secretId: string) {
    this.#client = client;
    this.#secretId = secretId;
  }

  async get(): Promise<TenantKeys> {
    this.#keys ??= this.#fetch();
    try {
      return await this.#keys;
    } catch (error) {
      this.#keys = undefined;
      throw error;
    }
  }

  async #fetch(): Promise<TenantKeys> {
    const command = new GetSecretValueCommand({ SecretId: this.#secretId });
    const { SecretString } = await awsCall("the tenant's secret", () => this.#client.send(command));
    if (SecretString === undefined)
      throw new AuditError('misconfigured', "the tenant's secret holds no text");
    return deriveTenantKeys(SecretString);
  }
}
