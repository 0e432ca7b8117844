import { S3Client } from '@aws-sdk/client-s3';
import { expect, test } from '@jest/globals';
import { bucketsOf } from '../../../../../clients/operator/tenant/destroy/aws-buckets.ts';
import { withServer } from '../../../sdk/loopback.ts';

const LOCKED =
  '<Retention><Mode>COMPLIANCE</Mode><RetainUntilDate>2027-02-22T17:14:27Z</RetainUntilDate></Retention>';
const HELD = '<LegalHold><Status>ON</Status></LegalHold>';
const VERSION = { key: 'tile/0/000', id: 'v1', marker: false, bytes: 1 };

/** Runs `use` with the buckets of an S3 that answers as `answer` says, by what stands after the `?`. */
async function withS3(
  answer: (query: string) => string | { code: string; status: number },
  use: (buckets: ReturnType<typeof bucketsOf>) => Promise<void>,
): Promise<void> {
  await withServer(
    ({ path }) => {
      const said = answer(path.slice(path.indexOf('?') + 1));
      const headers = { 'content-type': 'application/xml' };
      if (typeof said === 'string') return { status: 200, headers, body: said };
      const body = `<Error><Code>${said.code}</Code><Message>no</Message></Error>`;
      return { status: said.status, headers, body };
    },
    async (endpoint) => {
      const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
      const s3 = new S3Client({
        region: 'us-east-1',
        endpoint,
        credentials,
        forcePathStyle: true,
        maxAttempts: 1,
      });
      await use(bucketsOf(s3)).finally(() => s3.destroy());
    },
  );
}

test('the lock and the hold of a version are what S3 says, and none where it says so', async () => {
  const none = { code: 'NoSuchObjectLockConfiguration', status: 404 };
  await withS3(
    (query) => (query.includes('retention') ? LOCKED : HELD),
    async ({ lockOf }) => {
      const until = Date.parse('2027-02-22T17:14:27Z');
      expect(await lockOf('archive', VERSION)).toEqual({ until, held: true });
    },
  );
  await withS3(
    () => none,
    async ({ lockOf }) => expect(await lockOf('archive', VERSION)).toEqual({ held: false }),
  );
});

test.each(['retention', 'legal-hold'])(
  'whoever may not read the %s does not take it for none',
  async (part) => {
    await withS3(
      (query) =>
        query.includes(part) ? { code: 'AccessDenied', status: 403 } : part === 'retention' ? HELD : LOCKED,
      async ({ lockOf }) =>
        await expect(lockOf('archive', VERSION)).rejects.toMatchObject({ name: 'AccessDenied' }),
    );
  },
);

test('what S3 keeps out of many is said, although it deleted the others', async () => {
  const kept = '<Error><Key>tile/0/000</Key><Code>AccessDenied</Code><Message>locked</Message></Error>';
  await withS3(
    () => `<DeleteResult>${kept}</DeleteResult>`,
    async ({ deleteVersions }) =>
      await expect(deleteVersions('archive', [VERSION])).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('does not delete tile/0/000 of archive: AccessDenied locked'),
      }),
  );
});

test('pages hold versions and markers, and say where the next begins; a bucket that is gone has none', async () => {
  const more =
    '<IsTruncated>true</IsTruncated><NextKeyMarker>b</NextKeyMarker><NextVersionIdMarker>m1</NextVersionIdMarker>';
  const version = '<Version><Key>a</Key><VersionId>v1</VersionId><Size>7</Size></Version>';
  const marker = '<DeleteMarker><Key>b</Key><VersionId>m1</VersionId></DeleteMarker>';
  await withS3(
    (query) =>
      `<ListVersionsResult>${query.includes('key-marker') ? '' : more}${version}${marker}</ListVersionsResult>`,
    async ({ page }) => {
      const versions = [
        { key: 'a', id: 'v1', marker: false, bytes: 7 },
        { key: 'b', id: 'm1', marker: true, bytes: 0 },
      ];
      const next = { key: 'b', id: 'm1' };
      expect(await page('archive')).toEqual({ versions, next });
      expect(await page('archive', next)).toEqual({ versions });
    },
  );
  await withS3(
    () => ({ code: 'NoSuchBucket', status: 404 }),
    async ({ page, deleteBucket }) => {
      expect(await page('archive')).toEqual({ versions: [] });
      await deleteBucket('archive');
    },
  );
});
