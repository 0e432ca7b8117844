import {
  DeleteParameterCommand,
  GetParameterCommand,
  PutParameterCommand,
  type SSMClient,
} from '@aws-sdk/client-ssm';
import type { EventId } from '../../core/event/ids.ts';
import type { SecretReader, SecretWriter } from '../../core/webhook/endpoint.ts';
import { awsCall, isNamed } from './aws-call.ts';

const WHAT = 'the parameter store';

/** The secrets of endpoints: SecureStrings under the tenant's own path, `<path>/<endpoint>/<version>`. */
export class SsmSecrets implements SecretReader {
  readonly #client: SSMClient;
  readonly #path: string;

  constructor(client: SSMClient, path: string) {
    this.#client = client;
    this.#path = path;
  }

  async read(endpointId: EventId, version: number): Promise<string | undefined> {
    const command = new GetParameterCommand({
      Name: nameOf(this.#path, endpointId, version),
      WithDecryption: true,
    });
    try {
      return (await awsCall(WHAT, () => this.#client.send(command))).Parameter?.Value;
    } catch (error) {
      if (isNamed(error, 'ParameterNotFound')) return undefined;
      throw error;
    }
  }
}

/** The other side: what is written can't be read back by the role that writes. */
export class SsmSecretWriter implements SecretWriter {
  readonly #client: SSMClient;
  readonly #path: string;
  readonly #keyId: string;

  constructor(client: SSMClient, path: string, keyId: string) {
    this.#client = client;
    this.#path = path;
    this.#keyId = keyId;
  }

  async write(endpointId: EventId, version: number, secret: string): Promise<void> {
    const command = new PutParameterCommand({
      Name: nameOf(this.#path, endpointId, version),
      Type: 'SecureString',
      KeyId: this.#keyId,
      Value: secret,
      Overwrite: false, // a version is written once
    });
    await awsCall(WHAT, () => this.#client.send(command));
  }

  async remove(endpointId: EventId, version: number): Promise<void> {
    const command = new DeleteParameterCommand({ Name: nameOf(this.#path, endpointId, version) });
    try {
      await awsCall(WHAT, () => this.#client.send(command));
    } catch (error) {
      if (!isNamed(error, 'ParameterNotFound')) throw error;
    }
  }
}

function nameOf(path: string, endpointId: EventId, version: number): string {
  return `${path}/${endpointId}/${version}`;
}
