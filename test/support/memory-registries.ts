import type {
  EmitterEntry,
  EmitterRegistry,
  TokenEntry,
  TokenRegistry,
} from '../../core/identity/registry.ts';
import type { KeptAnswer, Repeatable, RepeatStore } from '../../core/identity/repeat.ts';
import type { LastSeen, UsageStore } from '../../core/identity/usage.ts';

/** The tokens of a tenant, in memory. */
export class MemoryTokens implements TokenRegistry {
  readonly entries = new Map<string, TokenEntry>();

  async byHash(hash: string): Promise<TokenEntry | undefined> {
    return this.entries.get(hash);
  }

  async list(): Promise<TokenEntry[]> {
    return [...this.entries.values()];
  }

  async add(entry: TokenEntry): Promise<void> {
    this.entries.set(entry.hash, entry);
  }

  async revoke(hash: string, at: number, unrecorded: string): Promise<TokenEntry> {
    const entry = this.#get(hash);
    if (entry.revokedAt !== undefined) return entry;
    const revoked = { ...entry, revokedAt: at, unrecorded };
    this.entries.set(hash, revoked);
    return revoked;
  }

  async supersede(hash: string, rotatedBy: string, validUntil: number): Promise<boolean> {
    const entry = this.#get(hash);
    if (entry.revokedAt !== undefined || entry.rotatedBy !== undefined) return false;
    const until = Math.min(validUntil, entry.validUntil ?? Number.POSITIVE_INFINITY);
    this.entries.set(hash, { ...entry, rotatedBy, validUntil: until });
    return true;
  }

  async recorded(hash: string, unrecorded: string): Promise<void> {
    const { unrecorded: standing, ...rest } = this.#get(hash);
    if (standing === unrecorded) this.entries.set(hash, rest);
  }

  #get(hash: string): TokenEntry {
    const entry = this.entries.get(hash);
    if (!entry) throw new Error('no such token');
    return entry;
  }
}

/** The emitters of a tenant, in memory. */
export class MemoryEmitters implements EmitterRegistry {
  readonly entries = new Map<string, EmitterEntry>();

  async byKid(kid: string): Promise<EmitterEntry | undefined> {
    const entry = this.entries.get(kid);
    return entry?.unrecorded !== undefined && entry.removedAt === undefined ? undefined : entry;
  }

  async list(): Promise<EmitterEntry[]> {
    return [...this.entries.values()];
  }

  async add(entry: EmitterEntry): Promise<boolean> {
    if (this.entries.has(entry.kid)) return false;
    this.entries.set(entry.kid, entry);
    return true;
  }

  async remove(
    kid: string,
    { at, compromisedSince }: { at: number; compromisedSince?: number },
    unrecorded: string,
  ): Promise<EmitterEntry> {
    const entry = this.#get(kid);
    const known = entry.compromisedSince ?? Number.POSITIVE_INFINITY;
    const changes = compromisedSince === undefined ? entry.removedAt === undefined : compromisedSince < known;
    if (!changes) return entry;
    const removed = {
      ...entry,
      removedAt: entry.removedAt ?? at,
      unrecorded,
      ...(compromisedSince === undefined ? {} : { compromisedSince }),
    };
    this.entries.set(kid, removed);
    return removed;
  }

  async recorded(kid: string, unrecorded: string): Promise<void> {
    const { unrecorded: standing, ...rest } = this.#get(kid);
    if (standing === unrecorded) this.entries.set(kid, rest);
  }

  #get(kid: string): EmitterEntry {
    const entry = this.entries.get(kid);
    if (!entry) throw new Error('no such emitter');
    return entry;
  }
}

/** Requests of callers, in memory: what every function sees. */
export class MemoryUsage implements UsageStore, LastSeen {
  readonly #items = new Map<string, { window: number; taken: number; seenAt: number }>();
  /** Leases that were asked for. */
  writes = 0;

  async lease(
    caller: string,
    { window, wanted, limit, now }: Parameters<UsageStore['lease']>[1],
  ): Promise<{ granted: number; taken: number }> {
    this.writes += 1;
    const standing = this.#items.get(caller);
    const taken = standing && standing.window >= window ? standing.taken : 0;
    const granted = Math.max(0, Math.min(wanted, limit - taken));
    if (granted === 0) return { granted, taken: limit };
    this.#items.set(caller, {
      window: Math.max(window, standing?.window ?? 0),
      taken: taken + granted,
      seenAt: now,
    });
    return { granted, taken: taken + granted };
  }

  async lastSeen(): Promise<ReadonlyMap<string, number>> {
    return new Map([...this.#items].map(([caller, { seenAt }]) => [caller, seenAt]));
  }
}

/** Requests with a key, in memory. */
export class MemoryRepeats implements RepeatStore {
  readonly items = new Map<string, Parameters<RepeatStore['take']>[1] & { answer?: KeptAnswer }>();

  async take(name: string, request: Parameters<RepeatStore['take']>[1]): Promise<Repeatable | undefined> {
    const standing = this.items.get(name);
    const gone = standing === undefined || standing.expiresAt <= request.now;
    const died =
      standing?.answer === undefined &&
      (standing?.openUntil ?? 0) <= request.now &&
      standing?.fingerprint === request.fingerprint;
    if (gone || died) {
      this.items.set(name, request);
      return undefined;
    }
    const { fingerprint, answer } = standing;
    return { fingerprint, ...(answer !== undefined && { answer }) };
  }

  async keep(name: string, id: string, answer: KeptAnswer): Promise<void> {
    const standing = this.items.get(name);
    if (standing?.id === id) this.items.set(name, { ...standing, answer });
  }

  async free(name: string, id: string): Promise<void> {
    const standing = this.items.get(name);
    if (standing?.id === id) this.items.set(name, { ...standing, expiresAt: 0 });
  }
}
