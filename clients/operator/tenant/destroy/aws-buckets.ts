import {
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AuditError } from '../../../../core/errors.ts';
import type { Holdings, Version } from './holdings.ts';

type Buckets = Pick<Holdings, 'page' | 'lockOf' | 'liftPolicy' | 'deleteVersions' | 'deleteBucket'>;

/** The part of the holdings that lies in S3. */
export function bucketsOf(s3: S3Client): Buckets {
  return {
    page: async (Bucket, after) => {
      const from = after && { KeyMarker: after.key, VersionIdMarker: after.id };
      const answer = await unlessGone(s3.send(new ListObjectVersionsCommand({ Bucket, ...from })));
      if (!answer) return { versions: [] };
      const { IsTruncated, NextKeyMarker: key, NextVersionIdMarker: id } = answer;
      const more = IsTruncated === true && key !== undefined && id !== undefined;
      return { versions: versionsIn(answer), ...(more && { next: { key, id } }) };
    },
    lockOf: async (Bucket, { key: Key, id: VersionId }) => {
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key, VersionId }));
      const until = head.ObjectLockRetainUntilDate?.getTime();
      return { held: head.ObjectLockLegalHoldStatus === 'ON', ...(until !== undefined && { until }) };
    },
    liftPolicy: async (Bucket) => void (await unlessGone(s3.send(new DeleteBucketPolicyCommand({ Bucket })))),
    deleteVersions: async (Bucket, versions) => {
      const Objects = versions.map(({ key, id }) => ({ Key: key, VersionId: id }));
      const asked = { Bucket, Delete: { Objects, Quiet: true } };
      const { Errors: [refused] = [] } = await s3.send(new DeleteObjectsCommand(asked));
      if (refused)
        throw new AuditError(
          'conflict',
          `S3 does not delete ${refused.Key} of ${Bucket}: ${refused.Code} ${refused.Message}. Run this again when it is free.`,
        );
    },
    deleteBucket: async (Bucket) => void (await unlessGone(s3.send(new DeleteBucketCommand({ Bucket })))),
  };
}

function versionsIn({ Versions = [], DeleteMarkers = [] }: ListObjectVersionsCommandOutput): Version[] {
  return [
    ...Versions.map(({ Key = '', VersionId = 'null', Size = 0 }) => ({
      key: Key,
      id: VersionId,
      marker: false,
      bytes: Size,
    })),
    ...DeleteMarkers.map(({ Key = '', VersionId = 'null' }) => ({
      key: Key,
      id: VersionId,
      marker: true,
      bytes: 0,
    })),
  ];
}

async function unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchBucket') return undefined;
    throw error;
  }
}
