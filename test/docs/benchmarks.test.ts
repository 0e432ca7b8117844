import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const PROJECT = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(PROJECT, file), 'utf8');
const BENCHMARKS = 'docs/benchmarks.md';
const PAGES = ['README.md', ...globSync('docs/**/*.md', { cwd: PROJECT })].filter(
  (page) => page !== BENCHMARKS,
);
/** What a sentence looks like that says how fast, how cheap or how small something is. */
const CLAIM =
  /\d (events|records) (a|per) second|records\/s|times (cheaper|faster|one Ed25519)|MB were resident/;

/** Names of the lines that the page shows as the benchmark printed them. */
function shownLines(): string[] {
  const blocks = [...read(BENCHMARKS).matchAll(/```text\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block.split('\n').flatMap((row) => /^((?:[a-z-]+ ?)+: .*?) {2,}/.exec(row)?.[1] ?? []),
  );
}

test('every claim of speed has its line in the output that the page shows', () => {
  const shown = shownLines();
  expect(shown.length).toBeGreaterThan(40);
  const [, claims = ''] = read(BENCHMARKS).split('## What is claimed, and by which line');
  const named = [...claims.matchAll(/`((?:[a-z-]+ ?)+: [^`]+)`/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(8);
  expect(named.filter((name) => !shown.includes(name))).toEqual([]);
});

test('whoever says how fast something is links to the figures, or to the quotas of AWS', () => {
  const without = PAGES.filter((page) => {
    const text = read(page);
    return CLAIM.test(text) && !/\]\([^)]*(benchmarks|capacity)\.md/.test(text);
  });
  expect(without).toEqual([]);
});
