import { randomBytes } from 'node:crypto';
import {
  GetQueueAttributesCommand,
  ListQueuesCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type EmitterKey, readEmitterKey } from '../../../clients/sdk/emitter-key.ts';
import { bodyDigest, type Claim, signClaim } from '../../../core/identity/claim.ts';
import { operatorConfig } from './aws.ts';
import { LOCAL_AGENT } from './events.ts';
import { eventually } from './eventually.ts';
import type { LocalTenant } from './local-tenants.ts';

const SESSION = randomBytes(8).toString('hex');

/** A message for an ingest queue; without a claim it carries no attribute at all. */
export interface IngestMessage {
  readonly body: string;
  readonly claim?: string;
}

/** The local emitter's key of `tenant`. */
export function emitterKeyOf(tenant: LocalTenant): EmitterKey {
  return readEmitterKey(tenant.emitter_key_file);
}

/** The body of a message that holds `events`, as the SDK writes it. */
export function bodyOf(events: readonly unknown[]): string {
  return JSON.stringify({ nonce: randomBytes(16).toString('hex'), events });
}

/** A claim of `key` for `body`, good for five minutes; `changes` are signed too. */
export function claimFor(
  tenant: Pick<LocalTenant, 'log_origin'>,
  key: EmitterKey,
  body: string,
  changes: Partial<Claim> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  return signClaim(key.private_jwk, {
    iss: key.emitter_id,
    sub: LOCAL_AGENT,
    aud: tenant.log_origin,
    iat: now,
    exp: now + 300,
    jti: randomBytes(16).toString('hex'),
    body_sha256: bodyDigest(body),
    session: SESSION,
    seq: 0,
    ...changes,
  });
}

/** A message with `events` and a claim of the tenant's local emitter that holds. */
export async function messageOf(tenant: LocalTenant, events: readonly unknown[]): Promise<IngestMessage> {
  const body = bodyOf(events);
  return { body, claim: await claimFor(tenant, emitterKeyOf(tenant), body) };
}

/** Sends up to ten messages to the tenant's ingest queue in one call, so that they arrive together. */
export async function sendToQueue(tenant: LocalTenant, messages: readonly IngestMessage[]): Promise<void> {
  const client = new SQSClient(operatorConfig(tenant));
  try {
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({
        QueueUrl: tenant.queue_url,
        Entries: messages.map(({ body, claim }, index) => ({
          Id: String(index),
          MessageBody: body,
          ...(claim !== undefined && {
            MessageAttributes: { claim: { DataType: 'String', StringValue: claim } },
          }),
        })),
      }),
    );
    if (Failed.length > 0) throw new Error(`SQS refused ${JSON.stringify(Failed)}`);
  } finally {
    client.destroy();
  }
}

/** How many messages wait or are being worked on in all queues of the tenant's account. */
export async function openMessages(tenant: LocalTenant): Promise<number> {
  const client = new SQSClient(operatorConfig(tenant));
  try {
    const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}));
    let open = 0;
    for (const QueueUrl of QueueUrls) {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      const { Attributes } = await client.send(command);
      open +=
        Number(Attributes?.ApproximateNumberOfMessages) +
        Number(Attributes?.ApproximateNumberOfMessagesNotVisible);
    }
    return open;
  } finally {
    client.destroy();
  }
}

/** Returns once no more messages are open than `before`: what was sent since has been worked on. */
export async function drainedTo(before: number, tenant: LocalTenant): Promise<void> {
  await eventually(async () => {
    const open = await openMessages(tenant);
    if (open > before) throw new Error(`${open} messages are open, ${before} were before`);
  });
}

/** Returns once no message is open at all. */
export function drained(tenant: LocalTenant): Promise<void> {
  return drainedTo(0, tenant);
}
