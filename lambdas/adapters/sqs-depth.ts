import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { awsCall } from './aws-call.ts';

/** How many messages lie in the queue, about. */
export async function depthOf(client: SQSClient, queueUrl: string): Promise<number> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: ['ApproximateNumberOfMessages'],
  });
  const { Attributes } = await awsCall('a dead-letter queue', () => client.send(command));
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}
