import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: unknown;
}

/** Runs `use` with the address of a server of this machine that answers as `answer` says, and closes it. */
export async function withServer(
  answer: (heard: Heard) => Answer | Promise<Answer>,
  use: (url: string, heard: readonly Heard[]) => Promise<void>,
): Promise<void> {
  const all: Heard[] = [];
  const hear = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { method = '', url = '', headers } = request;
    const heard = { method, path: url, headers, body: Buffer.concat(parts) };
    all.push(heard);
    const { status, headers: more = {}, body } = await answer(heard);
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...more });
    response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
  };
  const server = createServer((request, response) => {
    hear(request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, all);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
