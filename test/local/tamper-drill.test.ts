import { beforeAll, expect, test } from '@jest/globals';
import { type Outcome, onlyOutside, runDrill, unnoticed } from '../drill/drill.ts';
import { operatorConfig } from './support/aws.ts';
import { localTenant } from './support/local-tenants.ts';

const place = operatorConfig(localTenant('acme'));
let outcomes: Outcome[];

beforeAll(async () => {
  outcomes = await runDrill(place);
}, 300_000);

const noticers = (crime: string) =>
  outcomes.find((outcome) => outcome.crime.name === crime)?.noticed.map(({ by }) => by);

test('no crime goes unnoticed', () => {
  expect(outcomes.length).toBeGreaterThanOrEqual(14);
  expect(unnoticed(outcomes)).toEqual([]);
});

test('what only an older checkpoint shows is said to be that', () => {
  expect(onlyOutside(outcomes)).toEqual(['cut the tail off everywhere', 'write another tail']);
});

test('a table that was rolled back stops the writer, and a marker shows to the audit', () => {
  expect(noticers('roll the table back')).toContain('writer');
  expect(noticers('put a delete marker on a batch')).toContain('audit');
  expect(noticers('drop a batch')).toContain('audit');
  expect(noticers('write another tail')).toEqual(['holder', 'witness']);
});

test('without the one who notices, the crime goes unnoticed, and the drill says so', async () => {
  const only = ['edit a receipt', 'delete a record', 'write another tail'];
  const without = ['api', 'verifier', 'holder', 'witness'];
  expect(unnoticed(await runDrill(place, { only, without }))).toEqual(expect.arrayContaining(only));
}, 120_000);
