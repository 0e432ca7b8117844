import { witnessVerifierKey } from '../../clients/witness/key-file.ts';
import { toHex } from '../../core/encoding.ts';
import type { Seen, WitnessTerms } from '../../core/witness/witness.ts';
import { MemoryCloud } from './memory-cloud.ts';

/** A witness over memory that watches the logs of these verifier keys. */
export async function memoryWitness(
  name: string,
  keys: readonly string[],
): Promise<WitnessTerms & { verifierKey: string; seen: Map<string, Seen> }> {
  const signer = new MemoryCloud(new Uint8Array(32).fill(name.length)).signer();
  const seen = new Map<string, Seen>();
  return {
    name,
    signer,
    seen,
    verifierKey: witnessVerifierKey(name, await signer.publicKey()),
    keysOf: (origin) => keys.filter((key) => key.startsWith(`${origin}+`)),
    lastSeen: async (origin) => seen.get(origin),
    remember: async (origin, before, next) => {
      const last = seen.get(origin);
      if (last?.size !== before?.size || (last && before && toHex(last.root) !== toHex(before.root)))
        return false;
      seen.set(origin, next);
      return true;
    },
    now: () => Date.UTC(2026, 10, 24, 12),
  };
}
