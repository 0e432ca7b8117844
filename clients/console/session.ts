import { parseVerifierKey } from '../../core/log/note.ts';
import type { Api, Problem } from './api.ts';

const TOKEN = 'agent-audit-trail.token';

/** The token of this tab, which ends with it. */
export function storedToken(): string | undefined {
  return sessionStorage.getItem(TOKEN) ?? undefined;
}

export function storeToken(token: string | undefined): void {
  if (token === undefined) sessionStorage.removeItem(TOKEN);
  else sessionStorage.setItem(TOKEN, token);
}

/** The key that everything is verified with, and how it came here. */
export interface PinnedKey {
  key: string;
  /** `first_use`: what the API said when this browser first asked. `pasted`: from elsewhere, which proves more. */
  source: 'first_use' | 'pasted';
  /** When. */
  since: string;
  /** What the API says now, where that is another key. */
  offered?: string;
}

const pinName = (base: string) => `agent-audit-trail.verifier-key ${base}`;

/**
 * The pinned verifier key of the log at `api`. The first key that the API names is kept; from then on the API can't
 * replace it, only show that it names another one.
 */
export async function pinnedKey(
  api: Api,
): Promise<{ ok: true; pin: PinnedKey } | { ok: false; problem: Problem }> {
  const answer = await api.get<string>('/v1/audit/log/key');
  if (!answer.ok) return answer;
  const offered = answer.data.trim();
  const stored = readPin(api.base);
  if (!stored && parseVerifierKey(offered))
    return {
      ok: true,
      pin: pin(api.base, { key: offered, source: 'first_use', since: new Date().toISOString() }),
    };
  if (stored) return { ok: true, pin: { ...stored, ...(stored.key === offered ? {} : { offered }) } };
  return {
    ok: false,
    problem: {
      status: 0,
      code: 'key_malformed',
      detail: 'The API named something that is not a verifier key.',
    },
  };
}

/** Pins `key`, given by hand; undefined where it is none. */
export function pinByHand(base: string, key: string): PinnedKey | undefined {
  if (!parseVerifierKey(key.trim())) return undefined;
  return pin(base, { key: key.trim(), source: 'pasted', since: new Date().toISOString() });
}

function pin(base: string, pinned: PinnedKey): PinnedKey {
  localStorage.setItem(pinName(base), JSON.stringify(pinned));
  return pinned;
}

function readPin(base: string): PinnedKey | undefined {
  try {
    const stored = JSON.parse(localStorage.getItem(pinName(base)) ?? 'null') as PinnedKey | null;
    return stored && parseVerifierKey(stored.key) ? stored : undefined;
  } catch {
    return undefined; // somebody else's text under our name
  }
}
