/**
 * The loopback proxy in front of one emulator, a process of its own. It marks every request as having come over
 * TLS, since policies that refuse plain HTTP are evaluated here as on AWS, and writes down who called which AWS
 * action on what, one JSON line a question to IAM. The line is written before the answer is passed on, so a caller
 * that has its answer finds its call in the file.
 */
import { appendFileSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { IncomingCall } from './aws-call.ts';
import { OPERATOR_SECRET } from './emulator-environment.ts';
import { createPrincipals } from './principals.ts';
import { credentialScope, describeCall } from './recorded-call.ts';

const LOOPBACK = '127.0.0.1';
/** Enough for every JSON request of the services that we record; bodies of objects pass by unread. */
const RECORDED_BODY_BYTES = 17 * 1024 * 1024;

const { values } = parseArgs({
  options: {
    account: { type: 'string', default: '' },
    listen: { type: 'string', default: '' },
    target: { type: 'string', default: '' },
    calls: { type: 'string', default: '' },
  },
});
const agent = new Agent({ keepAlive: true });
const principalOf = createPrincipals(
  values.account,
  new LambdaClient({
    region: 'us-east-1',
    endpoint: `http://${LOOPBACK}:${values.target}`,
    credentials: { accessKeyId: values.account, secretAccessKey: OPERATOR_SECRET },
  }),
  () => performance.now(),
);

/** `error` is the code that the JSON services answer with, which their status does not tell apart. */
async function record(call: IncomingCall, status: number, error: unknown): Promise<void> {
  const scope = credentialScope(call);
  if (!scope) return; // calls of the tenants' own APIs and of the emulator's, not of AWS
  const principal = await principalOf(scope.accessKey);
  const lines = describeCall(call, scope, values.account).map((question) =>
    JSON.stringify({ account: values.account, principal, ...question, status, error }),
  );
  if (lines.length > 0) appendFileSync(values.calls, `${lines.join('\n')}\n`);
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const isDeletion = incoming.method === 'POST' && /[?&]delete(=|&|$)/.test(incoming.url ?? '');
  const isObject = !isDeletion && /\/s3\/aws4_request/.test(incoming.headers.authorization ?? '');
  const chunks: Buffer[] = [];
  let bytes = 0;
  const upstream = request(
    {
      host: LOOPBACK,
      port: values.target,
      method: incoming.method,
      path: incoming.url,
      headers: [...incoming.rawHeaders, 'x-forwarded-proto', 'https'],
      agent,
    },
    (answer) => {
      const status = answer.statusCode ?? 0;
      const call: IncomingCall = {
        method: incoming.method ?? '',
        url: incoming.url ?? '/',
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      };
      answer.pause();
      record(call, status, answer.headers['x-amzn-errortype'])
        .catch((error: unknown) => process.stderr.write(`not recorded: ${String(error)}\n`))
        .finally(() => {
          outgoing.writeHead(status, answer.rawHeaders);
          answer.pipe(outgoing);
        });
    },
  );
  upstream.on('error', () => outgoing.destroy());
  outgoing.on('close', () => upstream.destroy());
  incoming.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (!isObject && bytes <= RECORDED_BODY_BYTES) chunks.push(chunk);
  });
  incoming.pipe(upstream);
}

const server = createServer(forward);
server.requestTimeout = 0; // large exports take as long as they take
server.listen(Number(values.listen), LOOPBACK);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
