import { toHex } from '../../core/encoding.ts';
import { bodyDigest, signClaim } from '../../core/identity/claim.ts';
import type { EmitterKey } from './emitter-key.ts';
import type { TransportContext } from './transport.ts';

const LIFETIME_S = 5 * 60;
const JTI_OCTETS = 16;

/**
 * Signs what an emitter states about its messages. The numbers of a session show lost messages, so a number is used
 * up only when the queue has confirmed its message: until then it is given out again.
 */
export class Claims {
  readonly #key: EmitterKey;
  readonly #logOrigin: string;
  readonly #context: TransportContext;
  readonly #returned: number[] = [];
  #next = 0;

  constructor(key: EmitterKey, logOrigin: string, context: TransportContext) {
    this.#key = key;
    this.#logOrigin = logOrigin;
    this.#context = context;
  }

  /** The lowest number that no confirmed message has. */
  takeNumber(): number {
    return this.#returned.shift() ?? this.#next++;
  }

  /** `seq` was not used: its message was not confirmed. */
  returnNumber(seq: number): void {
    this.#returned.push(seq);
    this.#returned.sort((a, b) => a - b);
  }

  /** A claim for `body`, issued now. Sign at sending: it lives for minutes. */
  sign(agentId: string, body: string, seq: number): Promise<string> {
    const iat = Math.floor(this.#context.clock.now() / 1_000);
    return signClaim(this.#key.private_jwk, {
      iss: this.#key.emitter_id,
      sub: agentId,
      aud: this.#logOrigin,
      iat,
      exp: iat + LIFETIME_S,
      jti: toHex(this.#context.random.octets(JTI_OCTETS)),
      body_sha256: bodyDigest(body),
      session: this.#context.session,
      seq,
    });
  }
}
