import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface VirtualListProps {
  count: number;
  /** How high an item is until it was measured. */
  estimate: number;
  keyOf(index: number): string;
  label: string;
  render(index: number): ComponentChildren;
  /** Shows every item, for printing. */
  all?: boolean;
  /** The item to bring into view. */
  focus?: number | undefined;
}

const OVERSCAN = 40; // pixels above and below the window

/**
 * A list of any length of which only what is near the window is in the page. It scrolls with the window; heights are
 * measured as items come up. Each item says its place, so that a screen reader tells "3 of 30,000".
 */
export function VirtualList({ count, estimate, keyOf, label, render, all = false, focus }: VirtualListProps) {
  const list = useRef<HTMLOListElement>(null);
  const heights = useRef<Heights>(new Heights(estimate));
  const [range, setRange] = useState({ first: 0, last: Math.min(count, 20) });
  const [, redraw] = useState(0);
  heights.current.length = count;

  useEffect(() => {
    let frame = 0;
    const update = () => {
      frame = 0;
      if (!list.current) return;
      const top = -list.current.getBoundingClientRect().top;
      const next = heights.current.between(top - OVERSCAN, top + innerHeight + OVERSCAN);
      setRange((now) => (now.first === next.first && now.last === next.last ? now : next));
    };
    const ask = () => {
      if (frame === 0) frame = requestAnimationFrame(update);
    };
    // Whatever grows or shrinks above the list moves it without a scroll; so do items that come out otherwise than estimated.
    const layout = new ResizeObserver(ask);
    layout.observe(document.body);
    addEventListener('scroll', ask, { passive: true });
    addEventListener('resize', ask);
    update();
    return () => {
      layout.disconnect();
      removeEventListener('scroll', ask);
      removeEventListener('resize', ask);
      cancelAnimationFrame(frame);
    };
  }, [count]);

  useLayoutEffect(() => {
    let changed = false;
    for (const child of list.current?.children ?? []) {
      const index = Number((child as HTMLElement).dataset['index']);
      if (Number.isInteger(index) && heights.current.measure(index, (child as HTMLElement).offsetHeight))
        changed = true;
    }
    if (changed && !all) redraw((n) => n + 1);
  });

  useEffect(() => {
    if (focus === undefined || !list.current) return;
    const top = list.current.getBoundingClientRect().top + scrollY + heights.current.before(focus);
    scrollTo({ top: Math.max(0, top - innerHeight / 3) });
  }, [focus]);

  const { first, last } = all
    ? { first: 0, last: count }
    : { first: range.first, last: Math.min(range.last, count) };
  const indices = Array.from({ length: Math.max(0, last - first) }, (_, position) => first + position);
  return (
    <ol
      ref={list}
      class="lines"
      aria-label={label}
      style={
        all
          ? {}
          : {
              paddingTop: `${heights.current.before(first)}px`,
              paddingBottom: `${heights.current.after(last)}px`,
            }
      }
    >
      {indices.map((index) => (
        <li key={keyOf(index)} data-index={index} aria-setsize={count} aria-posinset={index + 1}>
          {render(index)}
        </li>
      ))}
    </ol>
  );
}

/** Heights of all items: measured ones as they are, the others as estimated, with sums that need not walk the list. */
class Heights {
  length = 0;
  readonly #estimate: number;
  readonly #measured = new Map<number, number>();
  #sums: { upTo: number[]; valid: number } = { upTo: [0], valid: 0 };

  constructor(estimate: number) {
    this.#estimate = estimate;
  }

  measure(index: number, height: number): boolean {
    if (height === 0 || Math.abs((this.#measured.get(index) ?? this.#estimate) - height) < 1) return false;
    this.#measured.set(index, height);
    this.#sums.valid = Math.min(this.#sums.valid, index);
    return true;
  }

  before(index: number): number {
    const { upTo } = this.#sums;
    for (let n = this.#sums.valid; n < index; n++)
      upTo[n + 1] = (upTo[n] ?? 0) + (this.#measured.get(n) ?? this.#estimate);
    this.#sums.valid = Math.max(this.#sums.valid, index);
    return upTo[index] ?? 0;
  }

  after(index: number): number {
    return index >= this.length ? 0 : this.before(this.length) - this.before(index);
  }

  between(from: number, to: number): { first: number; last: number } {
    return { first: Math.max(0, this.#at(from) - 1), last: Math.min(this.length, this.#at(to) + 1) };
  }

  #at(offset: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.before(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
