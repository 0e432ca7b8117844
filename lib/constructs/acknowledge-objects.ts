import { CfnElement, Stack, Validations } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';

/** Tells cdk-nag that `holder` reaches objects of `bucket` by these key patterns on purpose, each finding by name. */
export function acknowledgeObjects(
  holder: IConstruct,
  bucket: Bucket,
  patterns: readonly string[],
  reason: string,
): void {
  const resource = bucket.node.defaultChild;
  if (!CfnElement.isCfnElement(resource)) throw new TypeError(`${bucket.node.path} is no resource`);
  const logicalId = Stack.of(bucket).getLogicalId(resource);
  for (const pattern of patterns) {
    Validations.of(holder).acknowledge({
      id: `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>/${pattern}]`,
      reason,
    });
  }
}
