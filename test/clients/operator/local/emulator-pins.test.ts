import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const requirements = readFileSync('clients/operator/local/requirements.txt', 'utf8');
const pins = requirements.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

test('every package of the emulator is pinned to one version', () => {
  for (const pin of pins)
    expect(pin).toMatch(/^[A-Za-z0-9_-]+==[0-9][0-9a-z.]*(; python_version < "3\.11")?$/);
});

test('the emulator is the version for which emulator.py, emulator-gaps.ts and principals.ts were written', () => {
  // Another version: look whether the gaps of docs/local-cloud.md still hold, then change this line with the pin.
  expect(pins).toContain('ministack==1.5.33');
});
