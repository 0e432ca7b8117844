import { AuditError } from '../../core/errors.ts';

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * The base of the API without a slash at its end. Throws `misconfigured` where it is no address, or one to which a
 * token would travel in the clear: plain HTTP is for this machine alone.
 */
export function apiBase(apiUrl: string): string {
  if (!URL.canParse(apiUrl))
    throw new AuditError('misconfigured', 'expected an address', { field: 'apiUrl' });
  const { protocol, hostname } = new URL(apiUrl);
  if (protocol !== 'https:' && !(protocol === 'http:' && LOOPBACK.has(hostname))) {
    throw new AuditError('misconfigured', 'expected https, or http to this machine', { field: 'apiUrl' });
  }
  return apiUrl.replace(/\/+$/, '');
}
