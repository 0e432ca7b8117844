import { toHex } from '../../core/encoding.ts';
import { bodyDigest, signClaim } from '../../core/identity/claim.ts';
import type { Signer } from './signer.ts';
import type { TransportContext } from './transport.ts';

const LIFETIME_S = 5 * 60;
const JTI_OCTETS = 16;

/**
 * Signs what an emitter states about its messages. The numbers of a session show lost messages, so a number is used
 * up only when the queue has confirmed its message: until then it is given out again.
 */
export class Claims {
  readonly #signer: Signer;
  readonly #logOrigin: string;
  readonly #context: TransportContext;
  readonly #returned: number[] = [];
  #next = 0;

  constructor(signer: Signer, logOrigin: string, context: TransportContext) {
    this.#signer = signer;
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
  async sign(agentId: string, body: string, seq: number): Promise<string> {
    const { clock, random, session } = this.#context;
    const { emitterId, key, workload } = await this.#signer(clock.now());
    const iat = Math.floor(clock.now() / 1_000);
    const claim = {
      iss: emitterId,
      sub: agentId,
      aud: this.#logOrigin,
      iat,
      exp: iat + LIFETIME_S,
      jti: toHex(random.octets(JTI_OCTETS)),
      body_sha256: bodyDigest(body),
      session,
      seq,
    };
    return await signClaim(key, claim, workload);
  }
}
