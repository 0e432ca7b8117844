import { AuditError } from '../../../core/errors.ts';

const ACCOUNT = /^\d{12}$/;

/**
 * Emulators that already run, from `AUDIT_TRAIL_ENDPOINTS`: `account=url,account=url`, one process an account.
 * Throws `misconfigured` with what was expected.
 */
export function parseEndpoints(text: string | undefined): ReadonlyMap<string, string> {
  const endpoints = new Map<string, string>();
  for (const entry of (text ?? '').split(',')) {
    if (entry.trim() === '') continue;
    const [account = '', url = ''] = splitOnce(entry.trim(), '=');
    if (!ACCOUNT.test(account)) throw wrong(entry, 'an account of 12 digits before "="');
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) throw wrong(entry, 'an http address');
    if (endpoints.has(account)) throw wrong(entry, 'each account once');
    endpoints.set(account, new URL(url).origin);
  }
  return endpoints;
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function wrong(entry: string, expected: string): AuditError {
  return new AuditError('misconfigured', `AUDIT_TRAIL_ENDPOINTS: "${entry.trim()}": expected ${expected}`);
}
