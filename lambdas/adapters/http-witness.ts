import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP } from 'node:net';
import { AuditError } from '../../core/errors.ts';
import type { AskWitness } from '../../core/witness/cosign.ts';
import { isPublicAddress, publicLookup } from './public-address.ts';

const TIMEOUT_MS = 10_000;
const MAX_ANSWER = 16_384; // a handful of signature lines
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Asks witnesses over https, at public addresses alone, without following redirects. `loopback` also admits witnesses of this
 * machine, over http: for the local cloud.
 */
export function httpWitness({ loopback }: { loopback: boolean }): AskWitness {
  return async (prefix, body) => {
    const url = new URL(`${prefix}/add-checkpoint`);
    const local = loopback && LOOPBACK.has(url.hostname);
    if (!local) checkPublic(url);
    try {
      return await post(url, body, local);
    } catch (cause) {
      throw new AuditError('unavailable', 'the witness does not answer', { cause });
    }
  };
}

function checkPublic({ protocol, hostname, username, password }: URL): void {
  if (protocol !== 'https:' || username !== '' || password !== '')
    throw new AuditError('unavailable', 'a witness is asked over https alone');
  const literal = hostname.replace(/^\[|\]$/g, '');
  // A literal address is connected to without being looked up.
  if (isIP(literal) !== 0 && !isPublicAddress(literal))
    throw new AuditError('unavailable', 'the address of the witness is not public');
}

function post(url: URL, body: string, local: boolean): Promise<{ status: number; body: string }> {
  const request = local && url.protocol === 'http:' ? plainRequest : tlsRequest;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(body) },
        signal: AbortSignal.timeout(TIMEOUT_MS), // of the whole exchange, so a trickle ends too
        agent: false,
        ...(local ? {} : { lookup: publicLookup }),
      },
      (answer) => {
        const parts: Buffer[] = [];
        let octets = 0;
        answer.on('error', reject);
        answer.on('data', (part: Buffer) => {
          octets += part.length;
          if (octets > MAX_ANSWER) return sent.destroy(new Error('an answer that is too long'));
          return parts.push(part);
        });
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
