import {
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ObjectLockRetentionMode,
  type ObjectVersion,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AuditError } from '../../core/errors.ts';
import type { Archive, ArchivedVersion } from '../../core/ports.ts';
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

  async versions(prefix: string, after?: string): Promise<{ versions: ArchivedVersion[]; next?: string }> {
    const command = new ListObjectVersionsCommand({
      Bucket: this.#bucket,
      Prefix: prefix,
      ...(after !== undefined && { KeyMarker: after }),
    });
    const page = await awsCall(WHAT, () => this.#client.send(command));
    const versions = [
      ...(page.Versions ?? []).map((version) => asVersion(version, false)),
      ...(page.DeleteMarkers ?? []).map((marker) => asVersion(marker, true)),
    ].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
    const last = versions.at(-1)?.key;
    if (page.IsTruncated !== true || last === undefined) return { versions };
    // The page may end amid the versions of its last key: these come again, whole, with the next page.
    const whole = versions.filter(({ key }) => key !== last);
    const next = whole.at(-1)?.key;
    if (next === undefined)
      throw new AuditError('integrity', `a thousand versions of one object in the archive: ${last}`);
    return { versions: whole, next };
  }
}

function asVersion(entry: Pick<ObjectVersion, 'Key' | 'VersionId'>, marker: boolean): ArchivedVersion {
  const { Key: key, VersionId: versionId } = entry;
  if (key === undefined || versionId === undefined)
    throw new AuditError('integrity', 'the archive listed a version without a name');
  return { key, versionId, marker };
}
