import { keyLinkObject, keyObject } from '../archive/layout.ts';
import { parseJsonText } from '../event/json-text.ts';
import { type Failure, failure } from './failure.ts';
import { type Trust, verifyKeyChain } from './key-chain.ts';
import type { LogFiles } from './verify-tiles.ts';
import { asText } from './whole-tree.ts';

const LIMITS = { bytes: 2_000_000, depth: 40, keys: 20_000 };
const MOST_KEYS = 1_000;

/**
 * The chain of keys that an archive holds, where it begins with the key that is trusted and each link follows. A key that
 * is not the archive's first is trusted alone. `sizes` are those at which keys took over, ascending.
 */
export async function trustIn(
  files: LogFiles,
  sizes: readonly number[],
  trust: Trust,
): Promise<{ trust: Trust } | { failure: Failure }> {
  if (typeof trust !== 'string' || sizes.length === 0) return { trust };
  const first = await files.read(keyObject(0));
  if (first && keyIn(first) !== trust) return { trust };
  const links: unknown[] = [];
  for (const size of sizes.slice(0, MOST_KEYS)) {
    const part = keyLinkObject(size);
    const link = parseJsonText((await files.read(part)) ?? new Uint8Array(), LIMITS);
    const key = await files.read(keyObject(size));
    const same = link.ok && key && keyIn(key) === Reflect.get(Object(link.value), 'verifier_key');
    const named = link.ok && Reflect.get(Object(link.value), 'first_size') === size;
    if (!same || !named)
      return { failure: failure('key_chain_broken', { part }, 'it is not of this key, or not of this size') };
    links.push(link.value);
  }
  const verdict = verifyKeyChain({ keys: [{ verifier_key: trust, first_size: 0 }, ...links] }, trust);
  return verdict.ok
    ? { trust: verdict.chain }
    : { failure: failure('key_chain_broken', { part: 'key/' }, verdict.reason) };
}

function keyIn(bytes: Uint8Array): string | undefined {
  return asText(bytes)?.trimEnd();
}
