import { AuditError } from '../../../core/errors.ts';
import { asTenantId, mintEventId } from '../../../core/event/ids.ts';
import type { Scope } from '../../../core/identity/scope.ts';
import { mintToken, tokenHash } from '../../../core/identity/token.ts';
import { RateLimiter } from '../../../core/identity/usage.ts';
import { internalMessageSchema } from '../../../core/ingest/internal-message.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import { AccessLog } from '../../../lambdas/shared/http/access-log.ts';
import type { ApiTerms } from '../../../lambdas/shared/http/api.ts';
import { MemoryEmitters, MemoryRepeats, MemoryTokens, MemoryUsage } from '../../support/memory-registries.ts';
import { SeededRandom } from '../../support/seeded-random.ts';

/** An event in the internal queue. */
interface Queued {
  event_id: string;
  event_type: string;
  payload: Record<string, unknown>;
}

/** One tenant's control table and internal queue in memory, a clock that stands still, and the log lines that came out. */
export class ApiWorld {
  readonly tenantId = asTenantId('acme');
  readonly origin = 'audit.example.com/acme/00000001';
  readonly tokens = new MemoryTokens();
  readonly emitters = new MemoryEmitters();
  readonly random = new SeededRandom(11);
  readonly lines: Readonly<Record<string, unknown>>[] = [];
  /** Our own events in the internal queue, and the calls that it took. */
  readonly queue: Queued[] = [];
  /** Which function each of them came from. */
  readonly services: string[] = [];
  calls = 0;
  queueIsDown = false;
  readonly outbox = { send: (bodies: readonly string[]) => this.#send(bodies) };
  readonly access = this.accessLog('test-api');
  readonly usage = new MemoryUsage();
  readonly repeats = new MemoryRepeats();
  readonly limiter = new RateLimiter(this.usage, { now: () => this.now });
  now = Date.parse('2026-11-24T09:00:00.000Z');

  get terms(): ApiTerms {
    const { tenantId, origin, tokens, emitters, access, limiter, repeats } = this;
    const clock = { now: () => this.now };
    return {
      tenantId,
      origin,
      tokens,
      emitters,
      clock,
      codec: zlibCodec,
      access,
      limiter,
      repeats,
      log: (line) => this.lines.push(line),
    };
  }

  /** Where a function called `service`, just started, records accesses. */
  accessLog(service: string): AccessLog {
    const clock = { now: () => this.now };
    return new AccessLog(this.outbox, service, { clock, random: this.random, version: '0.0.0' });
  }

  /** The events of one type that are in the queue. */
  queued(type: string): Queued[] {
    return this.queue.filter(({ event_type }) => event_type === type);
  }

  async #send(bodies: readonly string[]): Promise<void> {
    if (this.queueIsDown) throw new AuditError('unavailable', 'the internal queue does not answer');
    this.calls += 1;
    for (const body of bodies) {
      const message = internalMessageSchema.parse(JSON.parse(body));
      for (const event of message.events) {
        this.queue.push(event as Queued);
        this.services.push(message.emitter.id);
      }
    }
  }

  /** A token with `scopes`, of this tenant unless another is named. */
  async token(
    scopes: readonly Scope[],
    more: { validUntil?: number; tenant?: string; requestsPerMinute?: number } = {},
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
      ...(more.requestsPerMinute === undefined ? {} : { requestsPerMinute: more.requestsPerMinute }),
    });
    return token;
  }
}
