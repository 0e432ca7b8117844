import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { awsCall } from './aws-call.ts';

/** Lets a message that is being worked on come again after `seconds`, instead of at the end of its time-out. */
export async function delayMessage(
  client: SQSClient,
  queueUrl: string,
  receiptHandle: string,
  seconds: number,
): Promise<void> {
  const command = new ChangeMessageVisibilityCommand({
    QueueUrl: queueUrl,
    ReceiptHandle: receiptHandle,
    VisibilityTimeout: seconds,
  });
  await awsCall('the export queue', () => client.send(command));
}
