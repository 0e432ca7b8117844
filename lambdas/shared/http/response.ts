import type { APIGatewayProxyResult } from 'aws-lambda';

/** What a route answers. A string or bytes go out as they are, anything else as JSON. */
export interface ApiResponse {
  status: number;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  /** For the record of the access; it is not sent. */
  gives?: Given;
  /** The path of what was made, where the answer holds a secret that is shown this once: it is not kept for repeats. */
  once?: string;
}

/** What an answer gives out. */
export interface Given {
  /** Records, entries or items. */
  count: number;
  /** Whether personal fields are open in it. */
  personal?: boolean;
  /** There is nothing in it but records of accesses: to record that one was read would never end. */
  onlyAccesses?: boolean;
}

/** The answer is the tenant's own data: nobody in between keeps it, frames it or guesses at its type. */
const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
} as const;

/** The proxy result of `response`. Headers that a route sets itself win over the usual ones. */
export function toProxyResult(response: ApiResponse, requestId: string): APIGatewayProxyResult {
  const { status, body, headers = {} } = response;
  const common = { ...SECURITY_HEADERS, 'x-request-id': requestId };
  if (body === undefined) return { statusCode: status, headers: { ...common, ...headers }, body: '' };
  if (body instanceof Uint8Array) {
    return {
      statusCode: status,
      headers: { ...common, 'content-type': 'application/octet-stream', ...headers },
      body: Buffer.from(body).toString('base64'),
      isBase64Encoded: true,
    };
  }
  const text = typeof body === 'string';
  return {
    statusCode: status,
    headers: {
      ...common,
      'content-type': text ? 'text/plain; charset=utf-8' : 'application/json',
      ...headers,
    },
    body: text ? body : JSON.stringify(body),
  };
}
