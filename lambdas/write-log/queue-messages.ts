import type { SQSRecord } from 'aws-lambda';
import { AuditError } from '../../core/errors.ts';
import type { QueueMessage } from '../../core/ingest/open-message.ts';

/** The tenant's two queues. */
export interface QueueArns {
  INGEST_QUEUE_ARN: string;
  INTERNAL_QUEUE_ARN: string;
}

/** A record of an SQS event as a message. What it may claim follows from the queue's ARN, which no sender can set. */
export function toQueueMessage(record: SQSRecord, queues: QueueArns): QueueMessage {
  const { messageId, body, attributes, messageAttributes, eventSourceARN } = record;
  const claim = messageAttributes.claim?.stringValue;
  return {
    id: messageId,
    body,
    sentAt: wholeNumber(attributes.SentTimestamp),
    receives: wholeNumber(attributes.ApproximateReceiveCount),
    queue: queueOf(eventSourceARN, queues),
    ...(claim !== undefined && { claim }),
    ...(attributes.DeadLetterQueueSourceArn !== undefined && { redriven: true }),
  };
}

function queueOf(arn: string, { INGEST_QUEUE_ARN, INTERNAL_QUEUE_ARN }: QueueArns): QueueMessage['queue'] {
  if (arn === INGEST_QUEUE_ARN) return 'ingest';
  if (arn === INTERNAL_QUEUE_ARN) return 'internal';
  throw new AuditError('misconfigured', 'a message came from a queue that is none of this tenant');
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0)
    throw new AuditError('malformed', 'an attribute of a message is not a whole number');
  return number;
}
