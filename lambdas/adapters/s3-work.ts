import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { WorkStore } from '../../core/ports.ts';
import { awsCall, isNamed } from './aws-call.ts';

const WHAT = 'the work bucket';

/** The work bucket: unversioned and unlocked, for what must stay erasable. */
export class S3Work implements WorkStore {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      Body: bytes,
      ChecksumAlgorithm: 'SHA256',
    });
    await awsCall(WHAT, () => this.#client.send(command));
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    const command = new GetObjectCommand({ Bucket: this.#bucket, Key: key });
    try {
      return await awsCall(WHAT, async () => {
        const { Body } = await this.#client.send(command);
        return Body?.transformToByteArray();
      });
    } catch (error) {
      if (isNamed(error, 'NoSuchKey')) return undefined;
      throw error;
    }
  }
}
