import {
  GetObjectCommand,
  ListObjectsV2Command,
  type ObjectLockRetentionMode,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AuditError } from '../../core/errors.ts';
import type { Archive } from '../../core/ports.ts';
import { awsCall, isNamed } from './aws-call.ts';

const WHAT = 'the archive';
const RACES = 3; // a 409 means that another write to the same name was under way: the next try sees it done

/** The WORM archive: a versioned bucket with Object Lock. Every object says itself until when it is locked. */
export class S3Archive implements Archive {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #mode: ObjectLockRetentionMode;

  constructor(client: S3Client, bucket: string, mode: ObjectLockRetentionMode) {
    this.#client = client;
    this.#bucket = bucket;
    this.#mode = mode;
  }

  async create(key: string, bytes: Uint8Array, retainUntil: number): Promise<'created' | 'exists'> {
    for (let race = 0; race < RACES; race++) {
      const command = new PutObjectCommand({
        Bucket: this.#bucket,
        Key: key,
        Body: bytes,
        IfNoneMatch: '*',
        ChecksumAlgorithm: 'SHA256', // PUTs with a lock need a checksum
        ObjectLockMode: this.#mode,
        ObjectLockRetainUntilDate: new Date(retainUntil),
      });
      try {
        await awsCall(WHAT, () => this.#client.send(command));
        return 'created';
      } catch (error) {
        if (isNamed(error, 'PreconditionFailed')) return 'exists';
        if (!isNamed(error, 'ConditionalRequestConflict')) throw error;
      }
    }
    throw new AuditError('unavailable', 'the archive kept meeting another write of the same object');
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

  async any(prefix: string): Promise<boolean> {
    const command = new ListObjectsV2Command({ Bucket: this.#bucket, Prefix: prefix, MaxKeys: 1 });
    const { Contents = [] } = await awsCall(WHAT, () => this.#client.send(command));
    return Contents.length > 0;
  }
}
