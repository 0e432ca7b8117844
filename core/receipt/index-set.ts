/** Log indices that were seen, as disjoint ranges: small where they come nearly in order, however many there are. */
export class IndexSet {
  /** First and last of each range, both inclusive, ascending. */
  readonly #ranges: { first: number; last: number }[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get first(): number | undefined {
    return this.#ranges[0]?.first;
  }

  get last(): number | undefined {
    return this.#ranges.at(-1)?.last;
  }

  /** Takes `index` in; false where it was there. */
  add(index: number): boolean {
    const position = this.#positionAfter(index);
    const before = this.#ranges[position - 1];
    if (before && index <= before.last) return false;
    const after = this.#ranges[position];
    this.#count++;
    const joinsBefore = before?.last === index - 1;
    const joinsAfter = after?.first === index + 1;
    if (before && joinsBefore && after && joinsAfter) {
      before.last = after.last;
      this.#ranges.splice(position, 1);
    } else if (before && joinsBefore) before.last = index;
    else if (after && joinsAfter) after.first = index;
    else this.#ranges.splice(position, 0, { first: index, last: index });
    return true;
  }

  /** What lies between the first and the last index and was not seen: the first `limit` stretches, and the number of indices. */
  holes(limit: number): { missing: number; ranges: { first: number; last: number }[] } {
    const ranges: { first: number; last: number }[] = [];
    let missing = 0;
    let end: number | undefined;
    for (const { first, last } of this.#ranges) {
      if (end !== undefined) {
        missing += first - end - 1;
        if (ranges.length < limit) ranges.push({ first: end + 1, last: first - 1 });
      }
      end = last;
    }
    return { missing, ranges };
  }

  /** Position of the first range that begins after `index`. */
  #positionAfter(index: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const range = this.#ranges[middle];
      if (range && range.first <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
