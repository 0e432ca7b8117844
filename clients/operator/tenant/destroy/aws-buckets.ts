import {
  DeleteBucketCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectsCommand,
  GetObjectLegalHoldCommand,
  GetObjectRetentionCommand,
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
    // Asked one by one, since HeadObject leaves out, without a word, what the caller may not know.
    lockOf: async (Bucket, { key: Key, id: VersionId }) => {
      const asked = { Bucket, Key, VersionId };
      const [retention, hold] = await Promise.all([
        unlessGone(s3.send(new GetObjectRetentionCommand(asked)), NO_LOCK),
        unlessGone(s3.send(new GetObjectLegalHoldCommand(asked)), NO_LOCK),
      ]);
      const until = retention?.Retention?.RetainUntilDate?.getTime();
      return { held: hold?.LegalHold?.Status === 'ON', ...(until !== undefined && { until }) };
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

const NO_LOCK = 'NoSuchObjectLockConfiguration';

async function unlessGone<T>(work: Promise<T>, gone = 'NoSuchBucket'): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && error.name === gone) return undefined;
    throw error;
  }
}
