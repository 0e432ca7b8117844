import { expect, test } from '@jest/globals';
import { verifyVouched } from '../../../core/receipt/vouched.ts';
import { ExportWorld } from '../export/export-world.ts';

const world = await ExportWorld.open(2);
const job = await world.ask('ocsf');
await world.run(job);
const manifest = Buffer.from(world.files.text(job.exportId, 'manifest.json'));
const receipt = JSON.parse(world.files.text(job.exportId, 'receipt.json'));
const key = (await world.jobs.get(job.exportId))?.tree?.verifierKey ?? '';

test('a manifest is vouched for by the record that names its digest', () => {
  expect(verifyVouched(manifest, receipt, key)).toMatchObject({ verified: true });
});

test.each([
  ['another manifest', Buffer.from('{}'), receipt, /another manifest/],
  ['no receipt', manifest, undefined, /no record and receipt/],
  ['a receipt alone', manifest, { receipt: receipt.receipt }, /not one of an export/],
])('%s is not vouched for', (_, octets, given, why) => {
  expect(verifyVouched(octets, given, key)).toMatchObject({
    verified: false,
    failure: {
      code: 'manifest_not_vouched',
      where: { part: 'receipt.json' },
      detail: expect.stringMatching(why),
    },
  });
});

test('a record that was altered does not vouch', () => {
  const altered = structuredClone(receipt);
  altered.record.event.payload.after.records = 1;
  expect(verifyVouched(manifest, altered, key)).toMatchObject({
    verified: false,
    failure: { where: { part: 'receipt.json' } },
  });
});
