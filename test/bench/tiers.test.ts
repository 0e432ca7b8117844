import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { PRICES } from '../../bench/prices.ts';

/** Gigabytes and months of a million records for a year; octets as `npm run cost` counts them. */
const TABLE = 1.31 * 12;
const ARCHIVE = 0.228 * 12;

test('docs/retention.md and docs/adr/tiers.md tell what a million records cost a year by the list of prices', () => {
  const text = readFileSync(new URL('../../docs/retention.md', import.meta.url), 'utf8');
  const told = (line: string) => Number(new RegExp(`\\| ${line} \\| ([0-9.]+) \\|`).exec(text)?.[1]);
  const rounded = (dollars: number) => Math.round(dollars * 100) / 100;
  expect(told('in the table, index included')).toBe(rounded(TABLE * PRICES.dynamoGigabyteMonth));
  expect(told('their batches, hashes and checkpoints in S3 Standard')).toBe(
    rounded(ARCHIVE * PRICES.s3GigabyteMonth),
  );
  expect(told('as files of days in `GLACIER_IR`')).toBe(rounded(ARCHIVE * PRICES.s3InstantGigabyteMonth));
  // A consistent read and a write of what is about a kilobyte.
  expect(told('leaving the table, once')).toBe(
    rounded(1e6 * (PRICES.dynamoWriteUnit + PRICES.dynamoReadUnit)),
  );
  const spared = ARCHIVE * (PRICES.s3InstantGigabyteMonth - PRICES.s3DeepGigabyteMonth);
  expect(spared).toBeLessThan(0.01);
});
