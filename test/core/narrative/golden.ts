import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';

/** Run with UPDATE_GOLDEN=1 to write the texts anew; then read them aloud before they are committed. */
const GOLDEN = join(import.meta.dirname, 'golden');

/** `text` is what stands in the golden file `name`; a file that is not there yet is written. */
export function expectGolden(name: string, text: string): void {
  const file = join(GOLDEN, name);
  if (process.env['UPDATE_GOLDEN'] === '1' || !existsSync(file)) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
