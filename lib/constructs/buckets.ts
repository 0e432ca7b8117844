import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectOwnership,
  StorageClass,
} from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Tenant } from '../config/tenant.ts';
import { otherThan } from './other-than.ts';

interface BucketsProps {
  key: IKey;
  tenant: Pick<Tenant, 'archive_key' | 'lock_mode' | 'retention'>;
}

/** The WORM archive, and the bucket for what must stay erasable. */
export class Buckets extends Construct {
  readonly archive: Bucket;
  readonly work: Bucket;

  constructor(scope: Construct, id: string, { key, tenant }: BucketsProps) {
    super(scope, id);
    this.archive = new Bucket(this, 'Archive', {
      ...PRIVATE,
      versioned: true,
      // Without a default retention: each object says how long it is locked, or its PUT is denied below.
      objectLockEnabled: true,
      // Files of daily records of 128 KB and more, which is where S3 begins: they are read at once from there too. Batches stay,
      // since queries read them.
      lifecycleRules: [
        {
          id: 'records',
          prefix: 'records/',
          transitions: [
            {
              storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL,
              transitionAfter: Duration.days(tenant.retention.archive_after_days),
            },
          ],
        },
      ],
      ...(tenant.archive_key === 'tenant'
        ? { encryption: BucketEncryption.KMS, encryptionKey: key, bucketKeyEnabled: true }
        : { encryption: BucketEncryption.S3_MANAGED }),
    });
    this.protectArchive(tenant.lock_mode);
    this.work = new Bucket(this, 'Work', {
      ...PRIVATE,
      encryption: BucketEncryption.KMS,
      encryptionKey: key,
      bucketKeyEnabled: true,
      lifecycleRules: [
        { id: 'staging', prefix: 'staging/', expiration: Duration.days(7) },
        { id: 'quarantine', prefix: 'quarantine/', expiration: Duration.days(90) },
        { id: 'exports', prefix: 'exports/', expiration: Duration.days(8) },
        // Answers of Athena, which are copies of records and no part of the log.
        { id: 'athena', prefix: 'athena/', expiration: Duration.days(7) },
        { id: 'uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    for (const bucket of [this.archive, this.work]) {
      Validations.of(bucket).acknowledge({
        id: 'AwsSolutions-S1',
        reason:
          'Access logs are best effort and would need one more bucket that names what a tenant has; ' +
          'CloudTrail data events, by the watch of the account, are the record (docs/adr/data-events.md).',
      });
    }
  }

  private protectArchive(mode: Tenant['lock_mode']): void {
    this.deny('DenyPutWithoutRetention', ['s3:PutObject'], {
      Null: { 's3:object-lock-retain-until-date': 'true' },
    });
    // A missing mode is a mode that is not the tenant's: negated operators match absent keys.
    this.deny('DenyPutInOtherMode', ['s3:PutObject'], { StringNotEquals: { 's3:object-lock-mode': mode } });
    // A plain delete would only add a marker, but a marker lets a second object take a committed name.
    this.deny('DenyDelete', ['s3:DeleteObject']);
    this.deny('DenyBypass', ['s3:BypassGovernanceRetention']);
  }

  /**
   * From the end of a lock on, this role alone deletes, and legal holds are its alone to set and to lift: whoever else would,
   * administrators included, has to change the policy first, which CloudTrail shows.
   */
  restrictKeepingTo(role: IRole): void {
    const others = otherThan(this, [role]);
    this.deny('OnlyRetentionDeletes', ['s3:DeleteObjectVersion', 's3:PutObjectLegalHold'], others);
  }

  /** Nobody else adds an object, a version on top of one, or a date of a lock: administrators as above. */
  restrictWritingTo(roles: readonly IRole[]): void {
    this.deny('OnlyOursWrite', ['s3:PutObject', 's3:PutObjectRetention'], otherThan(this, roles));
  }

  private deny(sid: string, actions: string[], conditions?: Record<string, Record<string, unknown>>): void {
    this.archive.addToResourcePolicy(
      new PolicyStatement({
        sid,
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions,
        resources: [this.archive.arnForObjects('*')],
        ...(conditions && { conditions }),
      }),
    );
  }
}

const PRIVATE = {
  blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
  objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
  enforceSSL: true,
  minimumTLSVersion: 1.2,
  removalPolicy: RemovalPolicy.RETAIN,
};
