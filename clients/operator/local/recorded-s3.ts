import type { AwsCall, IncomingCall } from './aws-call.ts';
import { s3Context } from './recorded-context.ts';

type Actions = Readonly<Partial<Record<string, string>>>;

/** The IAM action by subresource and method (service authorization reference, Amazon S3), for bucket and object. */
const BUCKET_SUBRESOURCES: Readonly<Record<string, Actions>> = {
  versions: { GET: 'ListBucketVersions' },
  uploads: { GET: 'ListBucketMultipartUploads' },
  delete: { POST: 'DeleteObject' },
  location: { GET: 'GetBucketLocation' },
  policy: { GET: 'GetBucketPolicy', PUT: 'PutBucketPolicy', DELETE: 'DeleteBucketPolicy' },
  versioning: { GET: 'GetBucketVersioning', PUT: 'PutBucketVersioning' },
  encryption: { GET: 'GetEncryptionConfiguration', PUT: 'PutEncryptionConfiguration' },
  lifecycle: { GET: 'GetLifecycleConfiguration', PUT: 'PutLifecycleConfiguration' },
  'object-lock': { GET: 'GetBucketObjectLockConfiguration', PUT: 'PutBucketObjectLockConfiguration' },
  publicAccessBlock: { GET: 'GetBucketPublicAccessBlock', PUT: 'PutBucketPublicAccessBlock' },
};
const OBJECT_SUBRESOURCES: Readonly<Record<string, Actions>> = {
  retention: { GET: 'GetObjectRetention', PUT: 'PutObjectRetention' },
  'legal-hold': { GET: 'GetObjectLegalHold', PUT: 'PutObjectLegalHold' },
  tagging: { GET: 'GetObjectTagging', PUT: 'PutObjectTagging', DELETE: 'DeleteObjectTagging' },
  attributes: { GET: 'GetObjectAttributes' },
  restore: { POST: 'RestoreObject' },
  uploads: { POST: 'PutObject' },
  uploadId: {
    GET: 'ListMultipartUploadParts',
    PUT: 'PutObject',
    POST: 'PutObject',
    DELETE: 'AbortMultipartUpload',
  },
};
const BUCKET: Actions = {
  GET: 'ListBucket',
  HEAD: 'ListBucket',
  PUT: 'CreateBucket',
  DELETE: 'DeleteBucket',
};
const OBJECT: Actions = { GET: 'GetObject', HEAD: 'GetObject', PUT: 'PutObject', DELETE: 'DeleteObject' };
const BY_VERSION: Readonly<Partial<Record<string, string>>> = {
  GetObject: 'GetObjectVersion',
  DeleteObject: 'DeleteObjectVersion',
  GetObjectAttributes: 'GetObjectVersionAttributes',
};
/** Headers of a PUT that IAM asks about separately. */
const BY_HEADER: Readonly<Record<string, string>> = {
  'x-amz-object-lock-mode': 'PutObjectRetention',
  'x-amz-object-lock-legal-hold': 'PutObjectLegalHold',
  'x-amz-tagging': 'PutObjectTagging',
  'x-amz-bypass-governance-retention': 'BypassGovernanceRetention',
};

/** What IAM is asked about a path-style S3 request. */
export function describeS3(call: IncomingCall, url: URL): AwsCall[] {
  const [bucket = '', ...rest] = url.pathname.slice(1).split('/');
  const key = decodeURIComponent(rest.join('/'));
  const named = (action: string, resource: string): AwsCall => ({
    service: 's3',
    action,
    resources: [`arn:aws:s3:::${resource}`],
  });
  if (bucket === '') return [{ service: 's3', action: 'ListAllMyBuckets', resources: [] }];
  if (key === '') {
    const action = find(BUCKET_SUBRESOURCES, url, call.method) ?? BUCKET[call.method] ?? call.method;
    // Many at once: the keys stand in the body, as XML. IAM is asked about each.
    if (action === 'DeleteObject')
      return [
        {
          service: 's3',
          action,
          resources: keysIn(call.body).map((name) => `arn:aws:s3:::${bucket}/${name}`),
        },
      ];
    const prefix = url.searchParams.get('prefix');
    const context = prefix === null ? {} : { context: { 's3:prefix': prefix } };
    return [{ ...named(action, bucket), ...(action === 'ListBucket' ? context : {}) }];
  }
  const plain = find(OBJECT_SUBRESOURCES, url, call.method) ?? OBJECT[call.method] ?? call.method;
  const action = url.searchParams.has('versionId') ? (BY_VERSION[plain] ?? plain) : plain;
  const extra = Object.entries(BY_HEADER)
    .filter(([header, needed]) => call.headers[header] !== undefined && needed !== action)
    .map(([, needed]) => needed);
  const source = String(call.headers['x-amz-copy-source'] ?? '').replace(/^\//, '');
  return [
    ...[action, ...extra].map((name) => ({ ...named(name, `${bucket}/${key}`), ...s3Context(call.headers) })),
    ...(source ? [named('GetObject', decodeURIComponent(source.split('?')[0] ?? source))] : []),
  ];
}

/** The keys that a DeleteObjects names. Ours hold nothing that XML would have to escape. */
function keysIn(xml: string): string[] {
  return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key);
}

function find(table: Readonly<Record<string, Actions>>, url: URL, method: string): string | undefined {
  for (const [subresource, actions] of Object.entries(table)) {
    if (url.searchParams.has(subresource)) return actions[method];
  }
  return undefined;
}
