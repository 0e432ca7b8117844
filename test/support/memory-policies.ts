import type { PolicyStore, SetPolicy } from '../../core/retention/standing-policy.ts';

/** The versions of a tenant's policy, in memory. */
export class MemoryPolicies implements PolicyStore {
  standing: SetPolicy | undefined;
  readonly versions: SetPolicy[] = [];

  async read(): Promise<SetPolicy | undefined> {
    return structuredClone(this.standing);
  }

  async set(next: SetPolicy): Promise<boolean> {
    if ((this.standing?.version ?? 1) !== next.version - 1) return false;
    this.standing = structuredClone(next);
    return true;
  }

  async recorded({ unrecorded: _, ...version }: SetPolicy, unrecorded: string): Promise<void> {
    if (!this.versions.some((known) => known.version === version.version)) this.versions.push(version);
    if (this.standing?.unrecorded === unrecorded) this.standing = version;
  }

  async history(): Promise<SetPolicy[]> {
    return structuredClone(this.versions);
  }
}
