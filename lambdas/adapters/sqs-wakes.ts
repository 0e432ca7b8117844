import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { awsCall } from './aws-call.ts';

const LONGEST_DELAY = 900; // seconds, of SQS

/** Wakes the function that delivers webhooks, now or later. */
export class SqsWakes {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  /** Whatever is due is delivered, in `seconds`; what is further away than SQS can wait is left to the sweep. */
  async wake(seconds = 0): Promise<void> {
    if (seconds <= LONGEST_DELAY) await this.#send({ wake: true }, seconds);
  }

  /** A test message goes to the endpoint, and the attempt into its delivery log under `deliveryId`. */
  async test(endpointId: string, deliveryId: string): Promise<void> {
    await this.#send({ test: { endpoint_id: endpointId, delivery_id: deliveryId } }, 0);
  }

  async #send(message: object, DelaySeconds: number): Promise<void> {
    const command = new SendMessageCommand({
      QueueUrl: this.#queueUrl,
      MessageBody: JSON.stringify(message),
      ...(DelaySeconds > 0 && { DelaySeconds }),
    });
    await awsCall('the webhook queue', () => this.#client.send(command));
  }
}
