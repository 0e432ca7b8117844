import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const REFUSED = { __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: '' };

/** What services without any data answer, by operation: nothing is found, and no condition holds. */
const ANSWERS: Readonly<Record<string, { status: number; body: unknown }>> = {
  'DynamoDB_20120810.GetItem': { status: 200, body: {} },
  'DynamoDB_20120810.Query': { status: 200, body: { Items: [], Count: 0, ScannedCount: 0 } },
  'DynamoDB_20120810.UpdateItem': { status: 400, body: REFUSED },
  'secretsmanager.GetSecretValue': {
    status: 200,
    body: { ARN: 'arn', Name: 'index', SecretString: 'a secret of the benchmark, long enough' },
  },
};

/**
 * An AWS on this machine that holds nothing and answers at once. An operation that it does not know ends with 501, so that a
 * function which begins to ask for more is noticed.
 */
export async function emptyAws(): Promise<{ endpoint: string; close: () => void }> {
  const server = createServer((request, response) => {
    const answer = ANSWERS[String(request.headers['x-amz-target'])];
    request.resume().on('end', () => {
      response.writeHead(answer?.status ?? 501, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answer?.body ?? {}));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
