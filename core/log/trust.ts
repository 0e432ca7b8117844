import { type OpenedCheckpoint, openCheckpoint } from './checkpoint.ts';

/**
 * What a reader trusts: opens a checkpoint, and says no where none of the keys that the reader takes for a log of that
 * size has signed it. Never throws.
 */
export type Trust = (note: string) => OpenedCheckpoint;

/** Trust in one verifier key, whatever the size. */
export function trustKey(verifierKey: string): Trust {
  return (note) => openCheckpoint(note, verifierKey);
}
