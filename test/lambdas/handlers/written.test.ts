import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { utf8 } from '../../../core/encoding.ts';
import { asTenantId } from '../../../core/event/ids.ts';
import { mintToken } from '../../../core/identity/token.ts';
import { parseTraces } from '../../../core/otel/json.ts';
import { systemRandom } from '../../../lambdas/adapters/system.ts';

/** Stands wherever a tenant, or a service that quotes what it was sent, can put something. */
const MARK = 'tenant-content-4711';
/** Of the form of a token, so that it is looked up. */
const TOKEN = mintToken(asTenantId('acme'), systemRandom);

/** An AWS that answers with the mark, by turns: refused, of no use, and not even JSON. What every run begins with it gives. */
const aws = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    turn += 1;
    const [status, text] = beginning(request, body) ?? ANSWERS[turn % ANSWERS.length] ?? [500, ''];
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
  });
});

function beginning({ headers }: IncomingMessage, body: string): [number, string] | undefined {
  const target = String(headers['x-amz-target']);
  if (target.endsWith('GetSecretValue')) return [200, JSON.stringify({ SecretString: 's'.repeat(64) })];
  return target.endsWith('GetItem') && body.includes('"POLICY"') ? [200, '{}'] : undefined;
}

let turn = 0;
const ANSWERS: [number, string][] = [
  [400, JSON.stringify({ __type: 'ValidationException', message: `${MARK} is no value` })],
  [
    200,
    JSON.stringify({
      Item: { pk: { S: MARK } },
      Items: [{ pk: { S: MARK } }],
      SecretString: MARK,
      Plaintext: MARK,
    }),
  ],
  [200, `{"${MARK}`],
];

let port = 0;
beforeAll(async () => {
  await new Promise<void>((ready) => aws.listen(0, '127.0.0.1', ready));
  ({ port } = aws.address() as AddressInfo);
});
afterAll(() => void aws.close());

const DAYS = {
  min_days: 100,
  max_days: 400,
  immutability_days: 100,
  archive_after_days: 60,
  after_termination_days: 30,
};

function variables(): Record<string, string> {
  const queue = (name: string) => `http://127.0.0.1:${port}/111122223333/${name}`;
  const witness = 'witness.example/w1+05a4155f+BAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB';
  return {
    PATH: process.env.PATH ?? '',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    _X_AMZN_TRACE_ID: 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    TENANT_ID: 'acme',
    TIER: 'table-per-tenant',
    LOG_ORIGIN: 'audit.example.com/acme/1',
    CONTROL_TABLE: 'control',
    RECORDS_TABLE: 'records',
    ARCHIVE_BUCKET: 'archive',
    WORK_BUCKET: 'work',
    BUS_NAME: 'bus',
    EGRESS_LOOPBACK: 'true',
    INTERNAL_QUEUE_URL: queue('internal'),
    EXPORT_QUEUE_URL: queue('exports'),
    WEBHOOK_QUEUE_URL: queue('webhooks'),
    INGEST_QUEUE_ARN: 'arn:aws:sqs:us-east-1:111122223333:ingest',
    INTERNAL_QUEUE_ARN: 'arn:aws:sqs:us-east-1:111122223333:internal',
    INGEST_DEAD_LETTERS_URL: queue('ingest-dead-letters'),
    INTERNAL_DEAD_LETTERS_URL: queue('internal-dead-letters'),
    EXPORT_DEAD_LETTERS_URL: queue('exports-dead-letters'),
    WEBHOOK_DEAD_LETTERS_URL: queue('webhooks-dead-letters'),
    INDEX_KEY_SECRET: 'index',
    IDENTITY: '',
    WORKLOAD_IDENTITY: '',
    LOCK_MODE: 'COMPLIANCE',
    POLICY: JSON.stringify({ personal_data: [], redact: [], retention: DAYS, lock_mode: 'COMPLIANCE' }),
    RETENTION: JSON.stringify(DAYS),
    RETENTION_FUNCTION: 'apply-retention',
    SECRETS_KEY_ID: 'data',
    SECRETS_PATH: '/audit-trail/acme/webhooks',
    SIGNING_KEY_IDS: 'signing',
    SIGN_EACH: 'false',
    WITNESSED: 'true',
    WITNESSES: JSON.stringify([{ url: `http://127.0.0.1:${port}/${MARK}`, verifier_key: witness }]),
  };
}

/** Everything that a process with all the handlers writes. */
async function written(): Promise<string> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'marked-runs.ts'), MARK, TOKEN], {
    env: variables(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part) => (text += part));
  await new Promise((ended) => child.on('close', ended));
  return text;
}

test('no function writes anything of what a tenant or a service said: not in a line, a metric, a trace or an error', async () => {
  const text = await written();
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const functions = lines.flatMap(({ ran }) => (typeof ran === 'string' ? [ran] : []));
  expect({ functions, text }).toMatchObject({
    functions: [
      'write-log',
      'ingest-api',
      'read-api',
      'admin-api',
      'export-records',
      'apply-retention',
      'cosign-checkpoints',
      'deliver-webhooks',
    ],
  });
  expect(text).not.toContain(MARK);
  expect(text).not.toContain(TOKEN.slice(-20));

  // All three kinds were there to be read.
  expect(lines.map(({ message }) => message)).toContain('request failed');
  expect(lines.some(({ level, function_request_id }) => level === 'ERROR' && function_request_id)).toBe(true);
  expect(lines.some(({ _aws }) => _aws !== undefined)).toBe(true);
  const traces = lines.filter(({ resourceSpans }) => resourceSpans !== undefined);
  const spans = traces.flatMap((trace) => parseTraces(utf8(JSON.stringify(trace))));
  expect(new Set(spans.map(({ resource }) => resource['service.name']))).toEqual(new Set(functions));
  expect(spans.some(({ name }) => name === 'dynamodb.GetItem')).toBe(true);
});
