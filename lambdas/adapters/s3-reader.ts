import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Archive, WorkStore } from '../../core/ports.ts';
import { awsCall, isNamed } from './aws-call.ts';

/** A bucket for those who may only read it. */
export class S3Reader implements Pick<Archive, 'read'>, Pick<WorkStore, 'read'> {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #what: string;

  /** `what` names the bucket in messages, as in `the archive`. */
  constructor(client: S3Client, bucket: string, what: string) {
    this.#client = client;
    this.#bucket = bucket;
    this.#what = what;
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
    try {
      return await awsCall(this.#what, async () => {
        const { Body } = await this.#client.send(command);
        return Body?.transformToByteArray();
      });
    } catch (error) {
      if (isNamed(error, 'NoSuchKey')) return undefined;
      throw error;
    }
  }
}
