import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

interface BatchRuleProps extends StackProps {
  /** Of the tenant's bus. */
  busArn: string;
}

/** Hands each notification of a tenant's bus to a queue: an operator's own stack, beside the tenant's. */
export class BatchRule extends Stack {
  constructor(scope: Construct, id: string, { busArn, ...props }: BatchRuleProps) {
    super(scope, id, props);
    const queue = new Queue(this, 'Batches', { enforceSSL: true, retentionPeriod: Duration.days(4) });
    const bus = EventBus.fromEventBusArn(this, 'Bus', busArn);
    new Rule(this, 'BatchRecorded', {
      eventBus: bus,
      eventPattern: { source: ['agent-audit-trail'], detailType: ['batch.recorded'] },
      targets: [new SqsQueue(queue)],
    });
  }
}
