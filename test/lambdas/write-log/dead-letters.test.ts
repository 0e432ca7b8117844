import { expect, test } from '@jest/globals';
import { countDeadLetters, isDeadLetterRequest } from '../../../lambdas/write-log/dead-letters.ts';

const QUEUES = new Map([
  ['ingest', 'https://sqs.example/ingest-dead'],
  ['exports', 'https://sqs.example/exports-dead'],
]);

test('a queue whose dead letters are not empty rings, by its name and how many there are', async () => {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const depths: Record<string, number> = { 'https://sqs.example/exports-dead': 3 };
  const found = await countDeadLetters(
    QUEUES,
    async (url) => depths[url] ?? 0,
    (line) => lines.push(line),
  );
  expect(found).toEqual({ ingest: 0, exports: 3 });
  expect(lines).toEqual([expect.objectContaining({ signal: 'DEAD_LETTER', queue: 'exports', messages: 3 })]);
});

test('nothing is said where there is nothing', async () => {
  const lines: unknown[] = [];
  await countDeadLetters(
    QUEUES,
    async () => 0,
    (line) => lines.push(line),
  );
  expect(lines).toEqual([]);
});

test('only the schedule asks for it', () => {
  expect(isDeadLetterRequest({ schedule: 'count-dead-letters' })).toBe(true);
  for (const other of [{ schedule: 'daily-records' }, { schedule: 'count-dead-letters', more: 1 }, undefined])
    expect(isDeadLetterRequest(other)).toBe(false);
});
