import { CfnResource, type Stack } from 'aws-cdk-lib';
import { CfnAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';

/** Whether this synth is for the emulator of the local run: `-c local=true`. */
export function isLocalCloud(scope: IConstruct): boolean {
  return scope.node.tryGetContext('local') === 'true';
}

/** What the emulator of the local run refuses to deploy. Short on purpose: nothing that holds or guards data is here. */
const REFUSED: readonly { what: (resource: CfnResource) => boolean; because: string }[] = [
  {
    what: (resource) => CfnAlarm.isCfnAlarm(resource) && resource.metrics !== undefined,
    because: 'an alarm on metric math fails the deployment (ministack 1.5.33)',
  },
];

/** Takes out of `stack` what cannot be deployed locally.  */
export function leaveOutForLocalCloud(stack: Stack): void {
  for (const construct of stack.node.findAll()) {
    if (!CfnResource.isCfnResource(construct)) continue;
    const refusal = REFUSED.find(({ what }) => what(construct));
    if (refusal) construct.node.scope?.node.tryRemoveChild(construct.node.id);
  }
}
