import { expect, test } from '@jest/globals';
import { createProgress } from '../../../../clients/operator/local/progress.ts';

function recording() {
  const lines: string[] = [];
  let time = 0;
  const progress = createProgress(
    (line) => lines.push(line),
    () => time,
  );
  return { lines, progress, pass: (ms: number) => (time += ms) };
}

test('a step says what was done and how long it took, and hands on its result', async () => {
  const { lines, progress, pass } = recording();
  await expect(progress.step('deploy', async () => pass(1250))).resolves.toBe(1250);
  expect(lines).toEqual(['  done    deploy (1.3 s)']);
});

test('a step that fails says so and hands on its error', async () => {
  const { lines, progress } = recording();
  const failing = progress.step('deploy', async () => {
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(lines).toEqual(['  failed  deploy (0.0 s)']);
});
