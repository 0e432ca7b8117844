import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { utf8 } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';
import { awsCall } from './aws-call.ts';

const MAX_BYTES = 1_048_576; // of one message

/** Sends to the internal queue: one call a message, since callers pack what they can into each. */
export class SqsOutbox {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  /**
   * Every body, of at most 1 MiB, is in the queue when this returns. `unavailable` where that could not be had; some
   * may be there then, and sending all again is harmless, since the writer knows a repeated event by its id.
   */
  async send(bodies: readonly string[]): Promise<void> {
    const messages = bodies.map(sendable);
    if (messages.some((body) => utf8(body).length > MAX_BYTES))
      throw new AuditError('too_large', `a message: expected at most ${MAX_BYTES} bytes`);
    for (const MessageBody of messages) {
      const command = new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody });
      await awsCall('the internal queue', () => this.#client.send(command));
    }
  }
}

/** SQS refuses U+FFFE and U+FFFF, which JSON text may hold in strings: escaped they mean the same. */
function sendable(json: string): string {
  return json.replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');
}
