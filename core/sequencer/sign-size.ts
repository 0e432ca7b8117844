import { AuditError } from '../errors.ts';
import { checkpointText, signCheckpoint } from '../log/checkpoint.ts';
import { formatVerifierKey, withSignatures } from '../log/note.ts';
import type { Signer } from '../ports.ts';
import type { Log } from './log.ts';

/**
 * The signed checkpoint of a committed size: one call of the signer, or one for each key where the batch hands over from
 * `verifierKey` to `nextVerifierKey`.
 */
export async function signSize(
  size: number,
  root: Uint8Array,
  { verifierKey, nextVerifierKey }: { verifierKey: string; nextVerifierKey?: string },
  log: Pick<Log, 'origin' | 'signers'>,
): Promise<string> {
  const text = checkpointText(log.origin, size, root);
  const note = await signedBy(text, verifierKey, log);
  if (nextVerifierKey === undefined) return note;
  return withSignatures(note, await signedBy(text, nextVerifierKey, log));
}

async function signedBy(
  text: string,
  verifierKey: string,
  log: Pick<Log, 'origin' | 'signers'>,
): Promise<string> {
  const signer = await signerOf(verifierKey, log);
  return await signCheckpoint(text, verifierKey, (message) => signer.sign(message));
}

/** The key that `verifierKey` verifies. One that stands alone is not asked for its name: what it signs shows. */
export async function signerOf(
  verifierKey: string,
  { origin, signers }: Pick<Log, 'origin' | 'signers'>,
): Promise<Signer> {
  if (signers.length === 1) return signers[0];
  for (const signer of signers.toReversed()) {
    if (formatVerifierKey(origin, await signer.publicKey()) === verifierKey) return signer;
  }
  throw new AuditError('misconfigured', 'the log is signed by a key that this writer does not have');
}
