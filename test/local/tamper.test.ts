import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { fromUtf8, utf8 } from '../../core/encoding.ts';
import { canonicalBytes, contentHash } from '../../core/event/canonical.ts';
import { type EventItem, eventItem, unpackEvent } from '../../core/index/event-item.ts';
import { batchKey, eventKey } from '../../core/index/keys.ts';
import { leafHash } from '../../core/log/merkle.ts';
import type { Item } from '../../core/ports.ts';
import { zlibCodec } from '../../lambdas/adapters/zlib-codec.ts';
import { type PlainEvent, plainEvent, uniqueName } from './support/events.ts';
import { type Answer, call } from './support/http.ts';
import { localTenant } from './support/local-tenants.ts';
import { type Page, recordsOf } from './support/log.ts';
import { messageOf, sendToQueue } from './support/queue.ts';
import { TableHand } from './support/table-hand.ts';
import { verifyFile } from './support/verifier.ts';

const TIMEOUT = 60_000;
const VICTIM = 1; // the second of three events

/** The item with another leaf in it; `hash` is what the item then says of it. */
function withLeaf(item: Item, leaf: Uint8Array, hash?: Uint8Array): Item {
  const event: EventItem = unpackEvent(item, zlibCodec);
  return eventItem({ ...event, leaf, leafHash: hash ?? event.leafHash }, zlibCodec);
}

/** The leaf of `item` as somebody would write it who knows the format: another payload, hashed as ours are. */
function rewritten(item: Item): Uint8Array {
  const record = JSON.parse(fromUtf8(unpackEvent(item, zlibCodec).leaf));
  record.event.payload.record_count = 1_000_000;
  record.content_hash = contentHash(record.event);
  return canonicalBytes(record);
}

function oneByteChanged(item: Item): Uint8Array {
  const { leaf } = unpackEvent(item, zlibCodec);
  const changed = fromUtf8(leaf).replace('"name":"customers"', '"name":"customerz"');
  expect(utf8(changed)).toHaveLength(leaf.length);
  return utf8(changed);
}

/** `entries` of a batch item with `hash` in the place of `old`. */
function replaceHash(item: Item, old: Uint8Array, hash: Uint8Array): Item {
  const entries = Buffer.from(item.entries as Uint8Array);
  const at = entries.indexOf(old);
  expect(at).toBeGreaterThan(-1);
  entries.set(hash, at);
  return { ...item, entries };
}

describe("somebody with the operator's credentials writes into the records table", () => {
  const tenant = localTenant('acme');
  const task = uniqueName('tamper');
  const hand = new TableHand(tenant, tenant.records_table);
  const directory = mkdtempSync(join(tmpdir(), 'tamper-'));
  let victim: PlainEvent;
  let honest: Page & { raw: string };

  function ask(path: string): Promise<Answer> {
    return call(tenant, 'GET', path, { token: tenant.tokens.reader });
  }
  const askPage = () => ask(`/v1/audit/events?task_id=${task}`);
  const askRecord = () => ask(`/v1/audit/events/${victim.event_id}`);

  /** What an auditor does with an answer: saves it, and runs `npm run verify` with the key that they hold. */
  function verify(text: string) {
    const file = join(directory, `${uniqueName('saved')}.json`);
    writeFileSync(file, text);
    return verifyFile(file, tenant.verifier_key);
  }

  /** The honest page with `record` for the victim's: what an API serves whose owner is the forger. */
  function servedByForger(record: unknown): string {
    const page = JSON.parse(honest.raw);
    page.events[indexOnPage()].record = record;
    return JSON.stringify(page);
  }
  const indexOnPage = () =>
    honest.events.findIndex(({ record }) => record.event.event_id === victim.event_id);

  beforeAll(async () => {
    const events = Array.from({ length: 3 }, () => plainEvent(task));
    victim = events[VICTIM] as PlainEvent;
    await sendToQueue(tenant, [await messageOf(tenant, events)]);
    await recordsOf(tenant, task, events.length);
    const answer = await askPage();
    honest = { ...(answer.body as Page), raw: answer.text };
  }, TIMEOUT);

  afterEach(async () => {
    await hand.restore();
    const { text } = await askPage();
    expect(verify(text)).toMatchObject({ exit: 0, results: [{ outcome: 'verified', count: 3 }] });
  }, TIMEOUT);

  afterAll(() => {
    hand.destroy();
    rmSync(directory, { recursive: true, force: true });
  });

  test(
    'one byte of a leaf: the API refuses to give it out, and what a forger serves in its place does not verify',
    async () => {
      let altered: Uint8Array = new Uint8Array();
      await hand.change(eventKey(victim.event_id), (item) => {
        altered = oneByteChanged(item);
        return withLeaf(item, altered);
      });
      for (const answer of [await askPage(), await askRecord()])
        expect(answer).toMatchObject({ status: 500, body: { code: 'integrity' } });
      expect(verify(servedByForger(JSON.parse(fromUtf8(altered))))).toMatchObject({
        exit: 1,
        results: [{ failure: { code: 'leaf_hash_mismatch', where: { event_id: victim.event_id } } }],
      });
    },
    TIMEOUT,
  );

  test(
    'a record rewritten whole, its hashes made anew: the page that the API then gives does not verify, and neither does the receipt',
    async () => {
      await hand.change(eventKey(victim.event_id), (item) => {
        const leaf = rewritten(item);
        return withLeaf(item, leaf, leafHash(leaf));
      });
      for (const answer of [await askPage(), await askRecord()]) {
        expect(answer.text).toContain('"record_count":1000000');
        expect(answer.status).toBe(200);
      }
      const { log_index: index } = honest.events[indexOnPage()] ?? {};
      expect(verify((await askPage()).text)).toMatchObject({
        exit: 1,
        results: [{ failure: { code: 'not_included', where: { event_id: victim.event_id, index } } }],
      });
      expect(verify((await askRecord()).text)).toMatchObject({
        exit: 1,
        results: [{ failure: { where: { event_id: victim.event_id } } }],
      });
    },
    TIMEOUT,
  );

  test(
    'the hash in the batch rewritten besides: the proofs then lead to another root than the one that was signed',
    async () => {
      let hashes: { old: Uint8Array; forged: Uint8Array } | undefined;
      await hand.change(eventKey(victim.event_id), (item) => {
        const leaf = rewritten(item);
        hashes = { old: unpackEvent(item, zlibCodec).leafHash, forged: leafHash(leaf) };
        return withLeaf(item, leaf, hashes.forged);
      });
      const first = Math.min(...honest.events.map(({ log_index }) => log_index));
      await hand.change(batchKey(first), (item) =>
        replaceHash(item, hashes?.old as Uint8Array, hashes?.forged as Uint8Array),
      );
      const answer = await askPage();
      expect(answer.text).toContain('"record_count":1000000');
      const { exit, results } = verify(answer.text);
      expect(exit).toBe(1);
      expect(results).toMatchObject([{ outcome: 'not_verified', failure: { code: 'not_included' } }]);
      // The neighbour's proof goes through the forged hash: the verifier names whichever of the two comes first.
      const named = honest.events.map(({ record }) => record.event.event_id);
      expect(named).toContain(results[0]?.failure?.where.event_id);
    },
    TIMEOUT,
  );

  test(
    'a record taken out: the API does not pretend that it never was',
    async () => {
      await hand.change(eventKey(victim.event_id), () => undefined);
      expect(await askPage()).toMatchObject({ status: 500, body: { code: 'integrity' } });
    },
    TIMEOUT,
  );

  test(
    "another record put under an event's id: the API does not pass it off as that event",
    async () => {
      const [other] = honest.events.filter(({ record }) => record.event.event_id !== victim.event_id);
      const given = await hand.read(eventKey(other?.record.event.event_id ?? ''));
      await hand.change(eventKey(victim.event_id), (item) => ({ ...given, pk: item.pk, sk: item.sk }));
      for (const answer of [await askPage(), await askRecord()])
        expect(answer).toMatchObject({ status: 500, body: { code: 'integrity' } });
    },
    TIMEOUT,
  );
});
