import type { HoldRegistry, LegalHold, Secured } from '../../core/retention/hold.ts';
import type { PurgeJobs, StandingPurge } from '../../core/retention/keeper.ts';

/** The legal holds of a tenant, in memory. */
export class MemoryHolds implements HoldRegistry {
  readonly entries = new Map<string, LegalHold>();

  async list(): Promise<LegalHold[]> {
    return structuredClone([...this.entries.values()]);
  }

  async get(holdId: string): Promise<LegalHold | undefined> {
    return structuredClone(this.entries.get(holdId));
  }

  async add(hold: LegalHold): Promise<void> {
    this.entries.set(hold.holdId, structuredClone(hold));
  }

  async release(
    holdId: string,
    release: NonNullable<LegalHold['release']>,
    unrecorded: string,
  ): Promise<boolean> {
    const hold = this.#get(holdId);
    if (hold.release) return false;
    this.entries.set(holdId, { ...hold, release, unrecorded });
    return true;
  }

  async recorded(holdId: string, unrecorded: string): Promise<void> {
    const { unrecorded: standing, ...hold } = this.#get(holdId);
    if (standing === unrecorded) this.entries.set(holdId, hold);
  }

  async secured(holdId: string, secured: Secured): Promise<void> {
    this.entries.set(holdId, { ...this.#get(holdId), secured });
  }

  #get(holdId: string): LegalHold {
    const hold = this.entries.get(holdId);
    if (!hold) throw new Error('no such hold');
    return hold;
  }
}

/** The purge that is under way, in memory. */
export class MemoryPurges implements PurgeJobs {
  job: StandingPurge | undefined;

  async standing(): Promise<StandingPurge | undefined> {
    return this.job;
  }

  async begin(purge: StandingPurge): Promise<boolean> {
    if (this.job) return false;
    this.job = purge;
    return true;
  }

  async end(purgeId: string): Promise<void> {
    if (this.job?.purgeId === purgeId) this.job = undefined;
  }
}
