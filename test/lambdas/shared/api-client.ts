import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type ApiTerms, makeApi } from '../../../lambdas/shared/http/api.ts';
import type { Route } from '../../../lambdas/shared/http/route.ts';

/** What a test sends. */
interface Sent {
  token?: string | undefined;
  query?: Record<string, string | string[]>;
  body?: string | Uint8Array;
  json?: unknown;
  headers?: Record<string, string>;
}

/** An answer, its JSON parsed where it is JSON. */
export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  bytes: Buffer;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into as a stranger would.
  json: any;
}

/** Calls `routes` as API Gateway's REST proxy does: bodies in base64, every value of every parameter. */
export function clientOf(routes: readonly Route[], terms: ApiTerms) {
  const api = makeApi(routes, terms);
  return async (method: string, path: string, sent: Sent = {}): Promise<Answer> => {
    const result = await api(proxyEvent(method, path, sent), {} as Context);
    return toAnswer(result);
  };
}

function proxyEvent(method: string, path: string, sent: Sent): APIGatewayProxyEvent {
  const { token, query = {}, json, headers = {} } = sent;
  const body = json === undefined ? sent.body : JSON.stringify(json);
  const values = Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value].flat()]));
  return {
    httpMethod: method,
    path,
    headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...headers },
    multiValueQueryStringParameters: values,
    body: body === undefined ? null : Buffer.from(body).toString('base64'),
    isBase64Encoded: body !== undefined,
    requestContext: { requestId: randomUUID() },
  } as unknown as APIGatewayProxyEvent;
}

function toAnswer({ statusCode, headers = {}, body, isBase64Encoded }: APIGatewayProxyResult): Answer {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  const text = bytes.toString();
  const isJson = /json/.test(String(headers['content-type']));
  return { status: statusCode, headers, bytes, text, json: isJson ? JSON.parse(text) : undefined };
}
