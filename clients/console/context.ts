import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Scope } from '../../core/identity/scope.ts';
import type { Trust } from '../../core/receipt/key-chain.ts';
import type { Api } from './api.ts';
import type { PinnedKey } from './session.ts';

/** What every view of a signed-in reader has. */
export interface Signed {
  api: Api;
  pin: PinnedKey;
  setPin(pin: PinnedKey): void;
  /** The pinned key, with those that follow from it. */
  trust: Trust;
  timeZone: string;
  /** Who the API says the reader is. */
  me: { type: string; id: string };
  /** Whether the reader holds this scope. */
  may(scope: Scope): boolean;
  /** Tells everybody who looks at the page that something was altered. */
  alarm(text: string): void;
}

export const SignedContext = createContext<Signed | undefined>(undefined);

export function useSigned(): Signed {
  const signed = useContext(SignedContext);
  if (!signed) throw new Error('a view was shown to nobody');
  return signed;
}
