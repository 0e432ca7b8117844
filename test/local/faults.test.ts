import { expect, test } from '@jest/globals';
import { faultyRun } from '../support/faulty-run.ts';
import { operatorConfig } from './support/aws.ts';
import { localTenant } from './support/local-tenants.ts';

const EVENTS = 2_000;
const SEED = Number(process.env.FAULTS_SEED ?? 20_261_124);
const FAULTS = { refused: 0.02, answerLost: 0.02, killed: 0.01 };

test(`${EVENTS} events end exactly once, with writers killed at random and calls that fail (seed ${SEED})`, async () => {
  const place = operatorConfig(localTenant('acme'));
  const run = await faultyRun(place, { events: EVENTS, faults: FAULTS, seed: SEED });
  console.log(JSON.stringify({ seed: SEED, writers: run.writers, ...run.counts }));
  expect([...run.recorded.values()].filter((times) => times !== 1)).toEqual([]);
  expect(run.recorded.size).toBe(EVENTS);
  expect(run).toMatchObject({ verified: EVENTS, refused: [], archive: { outcome: 'proven', size: EVENTS } });
  // The weather was as bad as it was to be.
  const { refused, answerLost, killed } = run.counts;
  expect(Math.min(refused, answerLost, killed)).toBeGreaterThan(0);
  expect(refused + answerLost + killed).toBeGreaterThan(15);
}, 180_000);
