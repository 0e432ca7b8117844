import { checkpointText, signCheckpoint } from '../log/checkpoint.ts';
import type { Signer } from '../ports.ts';

/** The signed checkpoint of a committed size: one call of the signer. */
export async function signSize(
  size: number,
  root: Uint8Array,
  verifierKey: string,
  log: { origin: string; signer: Signer },
): Promise<string> {
  return await signCheckpoint(checkpointText(log.origin, size, root), verifierKey, (message) =>
    log.signer.sign(message),
  );
}
