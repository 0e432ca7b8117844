import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import type { CosignVariables } from '../../lambdas/cosign-checkpoints/env.ts';
import type { Tenant } from '../config/tenant.ts';
import { isLocalCloud } from '../local-cloud.ts';
import { onlyControlItems } from './control-items.ts';
import { IsolatedFunction } from './isolated-function.ts';
import type { Foundation } from './writer.ts';

/**
 * Sends checkpoints to the witnesses that the tenant's file names. A function of its own: the writer waits for nobody
 * outside, and this one can neither sign nor write a record.
 */
export class Witnesses extends Construct {
  readonly cosignCheckpoints: IsolatedFunction;

  constructor(
    scope: Construct,
    id: string,
    foundation: Foundation,
    witnesses: NonNullable<Tenant['witnesses']>,
  ) {
    super(scope, id);
    const { tenant, logOrigin, code, keys, tables, buckets } = foundation;
    const variables: CosignVariables = {
      TENANT_ID: tenant.id,
      TIER: tenant.tier,
      LOG_ORIGIN: logOrigin,
      CONTROL_TABLE: tables.control.tableName,
      RECORDS_TABLE: tables.records.tableName,
      ARCHIVE_BUCKET: buckets.archive.bucketName,
      WITNESSES: JSON.stringify(witnesses),
      EGRESS_LOOPBACK: String(isLocalCloud(this)),
    };
    const made = new IsolatedFunction(this, 'CosignCheckpoints', {
      name: 'cosign-checkpoints',
      code,
      variables,
      timeout: Duration.seconds(60),
      memorySize: 512,
    });
    made.allow({
      actions: ['dynamodb:GetItem', 'dynamodb:Query'],
      resources: [tables.records.tableArn],
    });
    made.allow({
      actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
      resources: [tables.control.tableArn],
      conditions: onlyControlItems('COSIGNATURE'),
    });
    made.allowUnder(buckets.archive, ['tile'], ['s3:GetObject']);
    // Without it S3 answers 403 for a tile that is not there, and absent could not be told from refused.
    made.allow({ actions: ['s3:ListBucket'], resources: [buckets.archive.bucketArn] });
    made.permit(keys.encrypting('dynamodb'));
    if (tenant.archive_key === 'tenant') made.permit(keys.decrypting('s3'));
    this.cosignCheckpoints = made;
    this.trigger(made, foundation);
  }

  /** A batch wakes it; what a lost wake-up leaves is found by the next sweep, which asks nobody who has seen the last one. */
  private trigger({ function: target }: IsolatedFunction, { bus, schedules }: Foundation): void {
    const again = { maxEventAge: Duration.minutes(10), retryAttempts: 1 };
    new Rule(this, 'NewCheckpoint', {
      description: 'A batch became final: its checkpoint goes to the witnesses',
      eventBus: bus,
      eventPattern: { source: ['agent-audit-trail'], detailType: ['batch.recorded'] },
      targets: [new LambdaFunction(target, again)],
    });
    schedules.sweep(new LambdaFunction(target, again));
  }
}
