import type { Allowance } from '../../../core/identity/usage.ts';

/** What a caller has left (draft-ietf-httpapi-ratelimit-headers, as of its version 06); `reset` is in seconds. */
export function rateLimitHeaders({ limit, remaining, resetsIn }: Allowance): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(resetsIn),
    'ratelimit-policy': `${limit};w=60`,
  };
}
