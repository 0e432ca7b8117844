import type { Context } from 'aws-lambda';

/**
 * Runs every deployed handler, in a process of its own so that all that is written can be read: with what a tenant may send
 * marked at every place, and with an AWS that answers the mark too. What comes of it does not matter here.
 */
const [MARK = '', TOKEN = ''] = process.argv.slice(2);

const context = {
  awsRequestId: '11111111-2222-4333-8444-555555555555',
  functionName: 'marked',
  getRemainingTimeInMillis: () => 20_000,
} as Context;

function request(httpMethod: string, path: string, authorization: string) {
  return {
    httpMethod,
    path,
    headers: { authorization, 'content-type': 'application/json', 'x-note': MARK },
    multiValueHeaders: {},
    queryStringParameters: { agent_id: MARK },
    multiValueQueryStringParameters: { agent_id: [MARK], cursor: [MARK] },
    requestContext: { requestId: 'a-request', identity: { sourceIp: '192.0.2.1' } },
    body: JSON.stringify({ events: [{ event_type: MARK, goal: MARK }], name: MARK, reason: MARK }),
    isBase64Encoded: false,
  };
}

const requests = (...calls: [string, string][]) =>
  calls.flatMap(([method, path]) => [
    request(method, path, `Bearer ${TOKEN}`),
    request(method, path, `Bearer ${MARK}.${MARK}.${MARK}`),
  ]);

function messages(queue: string, ...bodies: string[]) {
  return {
    Records: bodies.map((body, place) => ({
      messageId: `m-${place}`,
      receiptHandle: 'r',
      body,
      attributes: {
        ApproximateReceiveCount: '100',
        SentTimestamp: '1795533336600',
        AWSTraceHeader: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
      },
      messageAttributes: { claim: { dataType: 'String', stringValue: `${MARK}.${MARK}.${MARK}` } },
      eventSourceARN: `arn:aws:sqs:us-east-1:111122223333:${queue}`,
    })),
  };
}

const body = JSON.stringify({ nonce: MARK, events: [{ event_type: MARK, goal: MARK }] });
const own = JSON.stringify({ source: 'internal', emitter: { id: MARK }, events: [{ goal: MARK }] });
const operator = { operator: { actor: 'somebody' }, method: 'GET', path: `/v1/audit/tokens?x=${MARK}` };

const RUNS: Record<string, unknown[]> = {
  'write-log': [
    messages('ingest', body, MARK, `{"${MARK}`),
    messages('internal', own, MARK),
    messages('none-of-ours', body),
    { schedule: 'audit-archive' },
    { schedule: 'close-days' },
    { schedule: 'daily-records' },
    { schedule: 'count-dead-letters' },
    { [MARK]: MARK },
  ],
  'ingest-api': requests(['POST', '/v1/audit/events'], ['POST', '/v1/otlp/v1/traces']),
  'read-api': requests(['GET', '/v1/audit/events'], ['GET', `/v1/audit/tasks/${MARK}/timeline`]),
  'admin-api': [...requests(['POST', '/v1/audit/tokens'], ['GET', `/v1/audit/exports/${MARK}`]), operator],
  'export-records': [messages('exports', JSON.stringify({ export_id: MARK }), MARK)],
  'apply-retention': [{}],
  'cosign-checkpoints': [{}],
  'deliver-webhooks': [
    messages('webhooks', '{}'),
    messages('webhooks', MARK),
    messages('webhooks', `{"${MARK}`),
  ],
};

for (const [name, events] of Object.entries(RUNS)) {
  process.env.POWERTOOLS_SERVICE_NAME = name;
  const { handler } = (await import(`../../../lambdas/${name}/handler.ts`)) as {
    handler(event: unknown, context: Context): Promise<unknown>;
  };
  for (const event of events) {
    try {
      await handler(event, context);
    } catch (error) {
      // What Lambda logs of an error that a handler throws.
      const { name: errorType, message: errorMessage, stack } = error as Error;
      console.error(JSON.stringify({ errorType, errorMessage, stack, ...(error as Error) }));
    }
  }
  console.log(JSON.stringify({ ran: name, runs: events.length }));
}
process.exit(0);
