import { expect, test } from '@jest/globals';
import { isDelivery, verifyDelivery } from '../../../core/receipt/verify-delivery.ts';
import { pageOf, verifierKey } from './sample.ts';

const ORIGIN = 'audit.example/acme/0000000a';

async function bodyOf(indices: readonly number[], data: object = {}, type = 'audit.records') {
  return {
    type,
    data: { origin: ORIGIN, from_index: 2, next_index: 9, ...(await pageOf(indices)), ...data },
  };
}

test.each([
  ['with records', [2, 6, 8], {}, 'audit.records'],
  ['of a test', [6], {}, 'audit.test'],
  ['of a test without a record', [], { from_index: 9 }, 'audit.test'],
])('a message %s verifies as it came', async (_, indices, data, type) => {
  const body = await bodyOf(indices, data, type);
  expect(isDelivery(body)).toBe(true);
  const shown = { origin: ORIGIN, count: indices.length };
  expect(await verifyDelivery(body, verifierKey)).toMatchObject({ verified: true, shown });
});

test.each<[string, readonly number[], object, object]>([
  ['of another log', [2], { origin: 'audit.example/globex/1' }, { detail: 'it names another log' }],
  ['with a record of before', [1, 2], {}, { detail: 'it holds a record outside of its range' }],
  ['with a record of after', [2, 9], {}, { detail: 'it holds a record outside of its range' }],
  ['that ends before it begins', [], { from_index: 9, next_index: 2 }, { code: 'delivery_malformed' }],
  ['of what nobody signed yet', [2], { next_index: 5_000 }, { code: 'delivery_malformed' }],
  ['without a range', [2], { from_index: 'two' }, { detail: 'it is no message with records' }],
  ['without its checkpoint', [2], { checkpoint: 7 }, { code: 'page_malformed' }],
  ['with a record altered', [2], { events: [{ record: {} }] }, { code: 'entry_malformed' }],
])('a message %s does not', async (_, indices, data, failure) => {
  expect(await verifyDelivery(await bodyOf(indices, data), verifierKey)).toMatchObject({
    verified: false,
    failure,
  });
});

test('what is no message of ours is none', () => {
  for (const json of [
    {},
    { type: 'audit.records' },
    { type: 7, data: {} },
    { type: 'other.records', data: {} },
  ])
    expect(isDelivery(json)).toBe(false);
});
