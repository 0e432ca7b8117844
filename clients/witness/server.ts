import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { addCheckpoint, type WitnessAnswer, type WitnessTerms } from '../../core/witness/witness.ts';

const MAX_BODY = 65_536; // a proof of 63 hashes and a note
const REQUEST_MS = 10_000;

/** Serves `POST …/add-checkpoint`, one request at a time: what was seen last is read and written between them. */
export function witnessServer(terms: WitnessTerms, onError: (error: unknown) => void): Server {
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = (body: string): Promise<WitnessAnswer> => {
    const answer = turn.then(() => addCheckpoint(body, terms));
    turn = answer.catch(() => undefined);
    return answer;
  };
  const server = createServer((request, response) => {
    serve(request, response, inTurn).catch((error: unknown) => {
      onError(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  server.requestTimeout = REQUEST_MS;
  return server;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  inTurn: (body: string) => Promise<WitnessAnswer>,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://witness.invalid');
  if (!pathname.endsWith('/add-checkpoint')) return end(response, 404, 'there is /add-checkpoint alone\n');
  if (request.method !== 'POST') return end(response, 405, 'expected POST\n');
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    octets += part.length;
    if (octets > MAX_BODY) return end(response, 413, `expected at most ${MAX_BODY} octets\n`);
    parts.push(part);
  }
  const { status, body, type } = await inTurn(Buffer.concat(parts).toString());
  end(response, status, body, type);
}

function end(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, connection: 'close' });
  response.end(body);
}
