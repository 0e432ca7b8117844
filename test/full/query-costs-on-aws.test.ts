import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Item } from '../../core/ports.ts';
import { DynamoRecords } from '../../lambdas/adapters/dynamo-records.ts';
import { operatorConfig } from '../local/support/aws.ts';
import { localTenant } from '../local/support/local-tenants.ts';
import { Meter } from '../support/counting-clients.ts';
import { makeStores, type OwnStores } from '../support/own-log.ts';
import { QUESTIONS } from '../support/query-costs.ts';
import { SyntheticLog } from '../support/synthetic-log.ts';

const RECORDS = 10_000;
const PUT_AT_ONCE = 200;
const TIMEOUT = 600_000;

/** The same log twice: at the ports, where questions are counted, and in a table of the running local cloud. */
describe(`what a question costs on ${RECORDS} records, at the ports and in the calls that DynamoDB is sent`, () => {
  let log: SyntheticLog;
  let own: OwnStores;
  let meter: Meter;
  let observer: DynamoDBClient;
  let table: DynamoRecords;

  beforeAll(async () => {
    const place = operatorConfig(localTenant('acme'));
    own = await makeStores(`query-costs-${Date.now()}`, place);
    table = new DynamoRecords(DynamoDBDocumentClient.from(own.clients.dynamo), own.stores.records);
    log = await SyntheticLog.of(RECORDS);
    let count = 0;
    for (const items of chunksOf(log.items(), PUT_AT_ONCE)) {
      for (let rest = items; rest.length > 0; ) rest = (await table.put(rest)).unprocessed;
      count += items.length;
    }
    console.log(`${count} items put for ${RECORDS} records`);
    observer = new DynamoDBClient(place);
    meter = new Meter(observer);
    meter.watch(own.clients.dynamo);
  }, TIMEOUT);

  afterAll(async () => {
    observer?.destroy();
    await own?.destroy();
  }, TIMEOUT);

  test.each(Object.entries(QUESTIONS))(
    '%s',
    async (name, ask) => {
      log.take();
      const expected = await ask(log.reader);
      const { roundTrips, readUnits } = log.take();
      meter.take();
      const answer = await ask({ ...log.reader, table });
      const { calls, readUnits: sent } = meter.take();
      const sentCalls = Object.values(calls).reduce((sum, count) => sum + count, 0);
      console.log(`${name}: ${roundTrips} calls, ${readUnits} units`);
      expect({ calls: sentCalls, readUnits: sent }).toEqual({ calls: roundTrips, readUnits });
      expect(answer).toEqual(expected);
    },
    TIMEOUT,
  );
});

/** Chunks of items; a table takes a key once in a request. */
function* chunksOf(items: Iterable<Item>, size: number): Generator<Item[]> {
  let chunk: Item[] = [];
  for (const item of items) {
    chunk.push(item);
    if (chunk.length < size) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
