import type { CosignatureStore, KeptCosignature } from '../../core/witness/cosignatures.ts';

/** Cosignatures over memory. */
export class MemoryCosignatures implements CosignatureStore {
  readonly newest = new Map<string, KeptCosignature>();
  #bySize: KeptCosignature[] = [];

  async last(witness: string): Promise<KeptCosignature | undefined> {
    return this.newest.get(witness);
  }

  async keep(cosignature: KeptCosignature): Promise<void> {
    const { witness, size } = cosignature;
    if (!this.#bySize.some((kept) => kept.witness === witness && kept.size === size))
      this.#bySize = [...this.#bySize, cosignature].sort((a, b) => a.size - b.size);
    if ((this.newest.get(witness)?.size ?? -1) < size) this.newest.set(witness, cosignature);
  }

  async all(): Promise<KeptCosignature[]> {
    return [...this.newest.values()];
  }

  async covering(size: number): Promise<KeptCosignature[]> {
    const covering = this.#bySize.filter((kept) => kept.size >= size);
    return covering.filter((kept) => kept.size === covering[0]?.size);
  }
}
