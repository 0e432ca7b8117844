import { type IncomingMessage, request as plainRequest } from 'node:http';
import { type RequestOptions, request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import { isPublicAddress, publicLookup, RefusedAddress } from './public-address.ts';

/** Octets of the answer's head, and milliseconds until the connection stands and until the whole exchange is over. */
const MOST_HEADERS = 16_384;
const CONNECT_MS = 5_000;
const TOTAL_MS = 15_000;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

export interface Outgoing {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Octets of the answer that are wanted at most; with 0 its body is not waited for. */
  answer: number;
}

export type Incoming =
  | { answered: true; status: number; retryAfter: string | undefined; body: Uint8Array }
  | { answered: false; problem: EgressProblem };

export type EgressProblem =
  | 'address_refused'
  | 'name_unknown'
  | 'no_connection'
  | 'certificate'
  | 'timeout'
  | 'answer_too_long';

/** How this process may reach outside; the times are set by tests. */
export interface Egress {
  /** Also admits receivers of this machine, over http: for the local cloud. */
  loopback: boolean;
  connectMs?: number;
  totalMs?: number;
  /** What else TLS is told: an authority of a test. */
  tls?: Pick<RequestOptions, 'ca' | 'lookup'>;
}

/**
 * POSTs to a public address over https, and follows no redirect. The name is resolved for every request, all its
 * addresses have to be public, and the connection goes to one of those that were looked at: a name can't change in
 * between (docs/adr/egress.md). Nothing of the answer is believed or kept but its status and what is asked for.
 */
export async function postPublic(outgoing: Outgoing, egress: Egress): Promise<Incoming> {
  const url = URL.parse(outgoing.url);
  if (!url) return { answered: false, problem: 'address_refused' };
  const local = egress.loopback && LOOPBACK.has(url.hostname);
  if (!local && !isAdmitted(url)) return { answered: false, problem: 'address_refused' };
  try {
    return { answered: true, ...(await exchange(url, outgoing, local, egress)) };
  } catch (error) {
    return { answered: false, problem: problemOf(error) };
  }
}

function isAdmitted({ protocol, hostname, username, password }: URL): boolean {
  if (protocol !== 'https:' || username !== '' || password !== '') return false;
  const literal = hostname.replace(/^\[|\]$/g, '');
  // A literal address is connected to without being looked up.
  return isIP(literal) === 0 || isPublicAddress(literal);
}

class TooLong extends Error {}
class TooSlow extends Error {}

function exchange(
  url: URL,
  { headers, body, answer: wanted }: Outgoing,
  local: boolean,
  { connectMs = CONNECT_MS, totalMs = TOTAL_MS, tls = {} }: Egress,
): Promise<{ status: number; retryAfter: string | undefined; body: Uint8Array }> {
  const plain = local && url.protocol === 'http:';
  return new Promise((resolve, reject) => {
    const sent = (plain ? plainRequest : tlsRequest)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent: false,
      maxHeaderSize: MOST_HEADERS,
      ...(local ? {} : { lookup: publicLookup }),
      ...tls,
    });
    // Of the whole exchange, so a trickle ends too.
    const total = setTimeout(() => sent.destroy(new TooSlow()), totalMs);
    const connecting = setTimeout(() => sent.destroy(new TooSlow()), connectMs);
    sent.on('socket', (socket) => {
      socket.once(plain ? 'connect' : 'secureConnect', () => clearTimeout(connecting));
    });
    const over = (end: () => void) => {
      clearTimeout(total);
      clearTimeout(connecting);
      end();
    };
    sent.on('error', (error) => over(() => reject(error)));
    sent.on('response', (answer) => {
      readUpTo(wanted, answer).then(
        (octets) => over(() => resolve({ ...headOf(answer), body: octets })),
        (error: unknown) => over(() => reject(error)),
      );
    });
    sent.end(body);
  });
}

function headOf({ statusCode = 0, headers }: IncomingMessage) {
  return { status: statusCode, retryAfter: headers['retry-after'] };
}

/** The body, where one is wanted; whatever comes beyond ends the connection. */
async function readUpTo(wanted: number, answer: IncomingMessage): Promise<Uint8Array> {
  if (wanted === 0) {
    answer.on('error', () => undefined); // it is cut off on purpose
    answer.destroy();
    return new Uint8Array();
  }
  const parts: Buffer[] = [];
  let octets = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    octets += part.length;
    if (octets > wanted) throw new TooLong();
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const CERTIFICATE = /^(ERR_TLS_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_SSL_|EPROTO$)/;

function problemOf(error: unknown): EgressProblem {
  if (error instanceof RefusedAddress) return 'address_refused';
  if (error instanceof TooSlow) return 'timeout';
  if (error instanceof TooLong) return 'answer_too_long';
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return 'no_connection';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name_unknown';
  return CERTIFICATE.test(code) ? 'certificate' : 'no_connection';
}
