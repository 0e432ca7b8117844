import { expect, test } from '@jest/globals';
import { itemOctets, readUnits, writeUnits } from './write-units.ts';

test('an item weighs its names and values as DynamoDB counts them', () => {
  expect(itemOctets({ pk: { S: 'LOG' }, sk: { S: 'Ä' } })).toBe(2 + 3 + 2 + 2);
  expect(itemOctets({ n: { N: '1234567' } })).toBe(1 + 4 + 1);
  expect(itemOctets({ n: { N: '-1200' } })).toBe(1 + 1 + 1 + 1);
  expect(itemOctets({ b: { B: new Uint8Array(10) } })).toBe(11);
  expect(itemOctets({ t: { BOOL: true } })).toBe(2);
  expect(itemOctets({ l: { L: [{ S: 'ab' }, { S: 'c' }] } })).toBe(1 + 3 + 2 + 3);
  expect(itemOctets({ m: { M: { k: { S: 'v' } } } })).toBe(1 + 3 + 1 + 2);
});

test('units are begun ones, never none', () => {
  expect([0, 1, 1_024, 1_025].map(writeUnits)).toEqual([1, 1, 1, 2]);
  expect([0, 4_096, 4_097].map(readUnits)).toEqual([1, 1, 2]);
});
