import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test } from '@jest/globals';
import { statePaths } from '../../clients/operator/local/state.ts';
import { utf8 } from '../../core/encoding.ts';
import { operatorConfig } from './support/aws.ts';
import { plainEvent, uniqueName } from './support/events.ts';
import { eventually } from './support/eventually.ts';
import { call } from './support/http.ts';
import { localTenant, STATE } from './support/local-tenants.ts';

const acme = localTenant('acme');
/** Stands wherever a tenant can put something. */
const MARK = uniqueName('marked');

/** What functions that queues wake wrote: each line of theirs is JSON. The emulator keeps nothing of those behind HTTPS. */
async function lines(): Promise<string[]> {
  const text = await readFile(join(statePaths(STATE).logs, `emulator-${acme.account}.log`), 'utf8');
  return text.split('\n').filter((line) => line.startsWith('{'));
}

test('the writer at work writes metrics and signals, and nothing of what a tenant sent or showed', async () => {
  const event = plainEvent(MARK, { labels: { note: MARK } });
  const bad = plainEvent(MARK, { [MARK]: MARK });
  const { writer = '', reader = '' } = acme.tokens;
  const sent = await call(acme, 'POST', '/v1/audit/events', {
    token: writer,
    body: { events: [event, bad] },
  });
  expect(sent.status).toBe(202);
  await eventually(async () => {
    const { status } = await call(acme, 'GET', `/v1/audit/receipts/${event.event_id}`, { token: reader });
    expect(status).toBe(200);
  });
  await eventually(async () => {
    const told = (await lines()).join('\n');
    expect(told).toMatch(/"tenant_id":"acme".*"RecordLatency":\d+/);
    expect(told).toContain('"signal":"EVENTS_REFUSED"');
  });
  const text = (await lines()).join('\n');
  for (const secret of [MARK, writer, reader]) expect(text).not.toContain(secret);
}, 90_000);

test('the deployed writer counts dead letters when its schedule says so, and a letter that lies there rings', async () => {
  const config = operatorConfig(acme);
  const sqs = new SQSClient(config);
  const lambda = new LambdaClient(config);
  const count = async () => {
    const Payload = utf8(JSON.stringify({ schedule: 'count-dead-letters' }));
    const answer = await lambda.send(new InvokeCommand({ FunctionName: acme.writer_function, Payload }));
    expect(answer.FunctionError).toBeUndefined();
    return JSON.parse(Buffer.from(answer.Payload ?? []).toString()) as Record<string, number>;
  };
  try {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: acme.queue_url, AttributeNames: ['RedrivePolicy'] }),
    );
    const { deadLetterTargetArn } = JSON.parse(Attributes?.RedrivePolicy ?? '{}') as {
      deadLetterTargetArn: string;
    };
    const QueueName = deadLetterTargetArn.split(':').at(-1) ?? '';
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    const before = await count();
    expect(Object.keys(before).sort()).toEqual(['exports', 'ingest', 'internal', 'webhooks']);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a message that nobody could record' }));
    expect(await count()).toMatchObject({ ingest: (before.ingest ?? 0) + 1 });
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await count()).toMatchObject({ ingest: 0 });
  } finally {
    sqs.destroy();
    lambda.destroy();
  }
}, 90_000);
