import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { utf8 } from '../../core/encoding.ts';
import { AuditError } from '../../core/errors.ts';
import { awsCall } from './aws-call.ts';

const MAX_ENTRIES = 10; // of one SendMessageBatch
const MAX_BYTES = 1_048_576; // of one message, and of all messages of one call
const TRIES = 3;

interface Entry {
  Id: string;
  MessageBody: string;
}

/** Sends to the internal queue. */
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
    for (const batch of inBatches(bodies.map(sendable))) await this.#sendBatch(batch);
  }

  async #sendBatch(batch: readonly Entry[]): Promise<void> {
    let rest = [...batch];
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const command = new SendMessageBatchCommand({ QueueUrl: this.#queueUrl, Entries: rest });
      const { Failed = [] } = await awsCall('the internal queue', () => this.#client.send(command));
      if (Failed.length === 0) return;
      const failed = new Set(Failed.map(({ Id }) => Id));
      rest = rest.filter(({ Id }) => failed.has(Id));
    }
    throw new AuditError('unavailable', 'the internal queue did not take every message');
  }
}

/** As many bodies a call as the queue takes. */
function inBatches(bodies: readonly string[]): Entry[][] {
  const batches: Entry[][] = [];
  let batch: Entry[] = [];
  let bytes = 0;
  for (const [position, MessageBody] of bodies.entries()) {
    const { length } = utf8(MessageBody);
    if (length > MAX_BYTES)
      throw new AuditError('too_large', `a message: expected at most ${MAX_BYTES} bytes`);
    if (batch.length === MAX_ENTRIES || bytes + length > MAX_BYTES) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push({ Id: String(position), MessageBody });
    bytes += length;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
}

/** SQS refuses U+FFFE and U+FFFF, which JSON text may hold in strings: escaped they mean the same. */
function sendable(json: string): string {
  return json.replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');
}
