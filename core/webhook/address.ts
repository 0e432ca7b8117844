import { AuditError } from '../errors.ts';

const MAX_LENGTH = 2_000;
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);
/** Names that lead nowhere but into somebody's own network (RFC 6761, RFC 6762, RFC 8375, and what clouds use). */
const INNER =
  /(^|\.)(localhost|local|internal|intranet|lan|home|corp|private|home\.arpa|test|invalid|onion)$/;
const FIRST_UNPRIVILEGED = 1_024;

/**
 * `text` as the address of an endpoint, written out: international names in their ASCII form, numbers as addresses.
 * What can't be told from the text alone (where a name leads) is looked at for every connection again. `loopback` also
 * admits http to this machine: for the local cloud. Throws `invalid_request` with what is wrong.
 */
export function endpointAddress(text: string, { loopback }: { loopback: boolean }): string {
  const url = text.length <= MAX_LENGTH ? URL.parse(text) : null;
  if (!url) throw refused(`expected an https address of at most ${MAX_LENGTH} characters`);
  if (url.username !== '' || url.password !== '')
    throw refused('it holds a user name or a password, which would stand in logs: take them out');
  if (url.hash !== '') throw refused('a fragment (#…) is not sent to a server: take it out');
  if (loopback && LOOPBACK.has(url.hostname)) return url.href;
  if (url.protocol !== 'https:') throw refused('expected https');
  if (url.port !== '' && Number(url.port) < FIRST_UNPRIVILEGED)
    throw refused(`port ${url.port} belongs to another service: expected 443, or one from 1024`);
  const host = url.hostname.replace(/\.$/, '');
  const literal = host.startsWith('[') || /^[0-9.]+$/.test(host);
  if (!literal && (!host.includes('.') || INNER.test(host)))
    throw refused(`the name ${host} is not one of the public internet`);
  return url.href;
}

function refused(problem: string): AuditError {
  return new AuditError('invalid_request', `url: ${problem}`, { field: 'url' });
}
