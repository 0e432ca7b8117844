import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ErasableWork } from '../../core/retention/keeper.ts';
import { awsCall, isNamed } from './aws-call.ts';

const WHAT = 'the work bucket';

/** The work bucket: unversioned and unlocked, for what must stay erasable. */
export class S3Work implements ErasableWork {
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

  async list(prefix: string): Promise<{ key: string; modifiedAt: number }[]> {
    const found: { key: string; modifiedAt: number }[] = [];
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({
        Bucket: this.#bucket,
        Prefix: prefix,
        ...(token !== undefined && { ContinuationToken: token }),
      });
      const page = await awsCall(WHAT, () => this.#client.send(command));
      for (const { Key, LastModified } of page.Contents ?? [])
        if (Key !== undefined) found.push({ key: Key, modifiedAt: LastModified?.getTime() ?? 0 });
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  }

  async remove(key: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: key });
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
