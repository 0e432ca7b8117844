import { asTenantId, mintEventId } from '../../../core/event/ids.ts';
import type { Scope } from '../../../core/identity/scope.ts';
import { mintToken, tokenHash } from '../../../core/identity/token.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import type { ApiTerms } from '../../../lambdas/shared/http/api.ts';
import { MemoryEmitters, MemoryTokens } from '../../support/memory-registries.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

/** One tenant's control table in memory, a clock that stands still, and the log lines that came out. */
export class ApiWorld {
  readonly tenantId = asTenantId('acme');
  readonly origin = 'audit.example.com/acme/00000001';
  readonly tokens = new MemoryTokens();
  readonly emitters = new MemoryEmitters();
  readonly random = new SeededRandom(11);
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  now = Date.parse('2026-11-24T09:00:00.000Z');

  get terms(): ApiTerms {
    const { tenantId, origin, tokens, emitters } = this;
    const clock = { now: () => this.now };
    return {
      tenantId,
      origin,
      tokens,
      emitters,
      clock,
      codec: zlibCodec,
      log: (line) => this.lines.push(line),
    };
  }

  /** A token with `scopes`, of this tenant unless another is named. */
  async token(
    scopes: readonly Scope[],
    more: { validUntil?: number; tenant?: string } = {},
  ): Promise<string> {
    const token = mintToken(asTenantId(more.tenant ?? this.tenantId), this.random);
    await this.tokens.add({
      tokenId: mintEventId(this.now, this.random),
      hash: tokenHash(token).slice('sha256:'.length),
      name: 'test',
      scopes,
      createdAt: this.now,
      createdBy: 'test',
      ...(more.validUntil === undefined ? {} : { validUntil: more.validUntil }),
    });
    return token;
  }
}
