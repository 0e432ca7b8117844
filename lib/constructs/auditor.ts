import { Duration } from 'aws-cdk-lib';
import {
  ArnPrincipal,
  CompositePrincipal,
  PolicyStatement,
  PrincipalWithConditions,
  Role,
} from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeObjects } from './acknowledge-objects.ts';
import type { Athena } from './athena.ts';
import type { Buckets } from './buckets.ts';
import type { Keys } from './keys.ts';

interface AuditorProps {
  tenantId: string;
  principals: readonly string[];
  buckets: Buckets;
  keys: Keys;
  athena: Athena;
}

/** Who checks the archive without us: lists and reads its versions, locks and holds, asks Athena, and gets the public key. */
export class Auditor extends Construct {
  constructor(scope: Construct, id: string, { tenantId, principals, buckets, keys, athena }: AuditorProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      roleName: `AuditTrail-${tenantId}-Auditor`,
      description: `Reads the archive of ${tenantId}, and writes nothing but answers of Athena`,
      maxSessionDuration: Duration.hours(4),
      assumedBy: new CompositePrincipal(
        ...principals.map(
          (arn) =>
            new PrincipalWithConditions(new ArnPrincipal(arn), {
              Bool: { 'aws:MultiFactorAuthPresent': 'true' },
            }),
        ),
      ),
    });
    const { archive } = buckets;
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          's3:ListBucket',
          's3:ListBucketVersions',
          's3:GetBucketObjectLockConfiguration',
          's3:GetBucketVersioning',
          's3:GetBucketPolicy',
        ],
        resources: [archive.bucketArn],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectRetention', 's3:GetObjectLegalHold'],
        resources: [archive.arnForObjects('*')],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['kms:GetPublicKey'],
        resources: keys.signing.map(({ keyArn }) => keyArn),
      }),
    );
    // Its grant of the tenant's key covers an archive under that key too.
    athena.grantQueries(role);
    acknowledgeObjects(role, archive, ['*'], 'An auditor reads every object of this one bucket.');
  }
}
