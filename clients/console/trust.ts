import { type Trust, verifyKeyChain } from '../../core/receipt/key-chain.ts';
import type { Api } from './api.ts';

/**
 * The pinned key with those that were shown to follow from it, where the log changed its key. A chain that does not begin
 * with the pinned key, or does not follow, counts for nothing: then the pinned key is trusted alone.
 */
export async function trustFrom(api: Api, pinned: string): Promise<Trust> {
  const answer = await api.get<unknown>('/v1/audit/log/keys');
  const verdict = answer.ok ? verifyKeyChain(answer.data, pinned) : undefined;
  return verdict?.ok ? verdict.chain : pinned;
}
