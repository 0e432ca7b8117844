import {
  DeleteObjectCommand,
  type ObjectLockRetentionMode,
  PutObjectLegalHoldCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { DeletableArchive } from '../../core/retention/keeper.ts';
import { awsCall, isNamed } from './aws-call.ts';
import { S3Archive } from './s3-archive.ts';

const WHAT = 'the archive';

/** The archive for the one role that may delete versions from it, once their locks have ended. */
export class S3Keeper extends S3Archive implements DeletableArchive {
  readonly #client: S3Client;
  readonly #bucket: string;

  constructor(client: S3Client, bucket: string, mode: ObjectLockRetentionMode) {
    super(client, bucket, mode);
    this.#client = client;
    this.#bucket = bucket;
  }

  /** Always with a version: without one, S3 would add a delete marker, which is denied to everybody. */
  async deleteVersion({
    key,
    versionId,
  }: Parameters<DeletableArchive['deleteVersion']>[0]): Promise<'deleted' | 'locked'> {
    const command = new DeleteObjectCommand({ Bucket: this.#bucket, Key: key, VersionId: versionId });
    try {
      await awsCall(WHAT, () => this.#client.send(command));
      return 'deleted';
    } catch (error) {
      if (isNamed(error, 'AccessDenied')) return 'locked';
      if (isNamed(error, 'NoSuchKey') || isNamed(error, 'NoSuchVersion')) return 'deleted';
      throw error;
    }
  }

  async holdObject(key: string, on: boolean): Promise<void> {
    const command = new PutObjectLegalHoldCommand({
      Bucket: this.#bucket,
      Key: key,
      LegalHold: { Status: on ? 'ON' : 'OFF' },
      ChecksumAlgorithm: 'SHA256',
    });
    try {
      await awsCall(WHAT, () => this.#client.send(command));
    } catch (error) {
      if (!isNamed(error, 'NoSuchKey')) throw error;
    }
  }
}
