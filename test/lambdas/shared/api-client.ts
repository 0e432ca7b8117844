import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from 'aws-lambda';
import { type ApiTerms, makeApi } from '../../../lambdas/shared/http/api.ts';
import { findRoute, type Route } from '../../../lambdas/shared/http/route.ts';
import { Documented, type DocumentedOperation } from '../../support/documented.ts';

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

const documented = new Documented();

/** Calls `routes` as API Gateway's REST proxy does: bodies in base64, every value of every parameter. */
export function proxyOf(routes: readonly Route[], terms: ApiTerms) {
  const api = makeApi(routes, terms);
  return async (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    toAnswer(await api(proxyEvent(method, path, sent), {} as Context));
}

/** As `proxyOf`; an answer that the OpenAPI document does not have fails the test, whatever it was about. */
export function clientOf(routes: readonly Route[], terms: ApiTerms) {
  const call = proxyOf(routes, terms);
  return async (method: string, path: string, sent: Sent = {}): Promise<Answer> => {
    const answer = await call(method, path, sent);
    const match = findRoute(routes, method, path);
    const operation = match.found ? operationOf(match.route) : undefined;
    const problem = operation && documented.problemOfAnswer(operation, answer);
    if (problem) throw new Error(`not as documented: ${problem}\n${answer.text.slice(0, 2_000)}`);
    return answer;
  };
}

/** What the document says of a route; undefined for routes that a test has made up. */
function operationOf(route: Route): DocumentedOperation | undefined {
  const told = documented
    .operations()
    .find(({ method, path }) => method === route.method && path === route.path.replace('+}', '}'));
  return told?.operation;
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
