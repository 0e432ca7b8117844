import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest, IncomingMessage } from 'node:http';

/** One HTTP request of a function, told in names of AWS and numbers: nothing of its address, headers or body. */
export interface Call {
  /** As `dynamodb`; `outside` where it was not one of AWS's. */
  service: string;
  /** As `Query`; the method where the request does not name it. */
  operation: string;
  /** Milliseconds since the Unix epoch. */
  start: number;
  end?: number;
  /** Absent where no answer came. */
  status?: number;
}

/** A signed request names its service in the scope of its signature, whatever the host is called. */
const SCOPE = /Credential=[^/]+\/\d{8}\/[a-z0-9-]+\/([a-z0-9-]+)\/aws4_request/;

/** Tells `begun` of every request that this process makes by node:http or node:https, and fills its end in later. */
export function watchCalls(begun: (call: Call) => void): void {
  const open = new WeakMap<ClientRequest, Call>();
  subscribe('http.client.request.start', (message) => {
    const { request } = message as { request: ClientRequest };
    const call = { ...nameOf(request), start: Date.now() };
    open.set(request, call);
    begun(call);
  });
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    const call = open.get(request);
    if (!call) return;
    call.end = Date.now();
    if (response.statusCode !== undefined) call.status = response.statusCode;
  });
  subscribe('http.client.request.error', (message) => {
    const call = open.get((message as { request: ClientRequest }).request);
    if (call) call.end = Date.now();
  });
}

function nameOf(request: ClientRequest): Pick<Call, 'service' | 'operation'> {
  const service = SCOPE.exec(String(request.getHeader('authorization')))?.[1];
  if (service === undefined) return { service: 'outside', operation: request.method };
  const target = /\.(\w+)$/.exec(String(request.getHeader('x-amz-target')))?.[1];
  const byQuery = /[?&]x-id=([A-Za-z]+)/.exec(request.path)?.[1];
  return { service, operation: target ?? byQuery ?? request.method };
}
