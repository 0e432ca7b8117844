import { expect, test } from '@jest/globals';
import { operatorConfig } from '../local/support/aws.ts';
import { localTenant } from '../local/support/local-tenants.ts';
import { faultyRun } from '../support/faulty-run.ts';

const EVENTS = 20_000;
const SEED = Number(process.env.FAULTS_SEED ?? 20_261_125);
const FAULTS = { refused: 0.02, answerLost: 0.02, killed: 0.01 };

test(`${EVENTS} events end exactly once, with writers killed at random and calls that fail (seed ${SEED})`, async () => {
  const place = operatorConfig(localTenant('acme'));
  const run = await faultyRun(place, { events: EVENTS, faults: FAULTS, seed: SEED });
  console.log(JSON.stringify({ seed: SEED, writers: run.writers, ...run.counts }));
  expect([...run.recorded.values()].filter((times) => times !== 1)).toEqual([]);
  expect(run.recorded.size).toBe(EVENTS);
  expect(run).toMatchObject({ verified: EVENTS, refused: [], archive: { outcome: 'proven', size: EVENTS } });
}, 1_200_000);
