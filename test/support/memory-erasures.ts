import type { Erasure, ErasureRegistry } from '../../core/retention/erasure.ts';

/** The erasures of a tenant, in memory. */
export class MemoryErasures implements ErasureRegistry {
  readonly entries = new Map<string, Erasure>();

  async list(): Promise<Erasure[]> {
    return structuredClone([...this.entries.values()]);
  }

  async get(erasureId: string): Promise<Erasure | undefined> {
    return structuredClone(this.entries.get(erasureId));
  }

  async add(erasure: Erasure): Promise<void> {
    this.entries.set(erasure.erasureId, structuredClone(erasure));
  }

  async update(erasure: Erasure): Promise<void> {
    this.entries.set(erasure.erasureId, structuredClone(erasure));
  }
}
