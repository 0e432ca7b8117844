import { Stack } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { isLocalCloud } from '../local-cloud.ts';

/** The IAM condition of a Deny that spares sessions of `roles` alone. */
export function otherThan(
  scope: Construct,
  roles: readonly IRole[],
): Record<string, Record<string, string[]>> {
  const arns = roles.map(({ roleArn }) => roleArn);
  // AWS gives the role as `aws:PrincipalArn` of its sessions; the emulator gives the session itself.
  const sessions = isLocalCloud(scope) ? roles.map((role) => sessionsOf(scope, role)) : [];
  return { ArnNotLike: { 'aws:PrincipalArn': [...arns, ...sessions] } };
}

function sessionsOf(scope: Construct, { roleName }: IRole): string {
  const { partition, account } = Stack.of(scope);
  return `arn:${partition}:sts::${account}:assumed-role/${roleName}/*`;
}
