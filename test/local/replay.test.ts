import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { OPERATOR_SECRET } from '../../clients/operator/local/emulator-environment.ts';
import { sqs } from '../../clients/sdk/sqs.ts';
import { fromUtf8 } from '../../core/encoding.ts';
import { canonicalBytes } from '../../core/event/canonical.ts';
import { disclosuresSchema } from '../../core/event/commitment.ts';
import { findReceipt } from '../../core/query/receipt.ts';
import { verifyPage, verifyReceipt } from '../../core/receipt/verify.ts';
import { discloseRecord } from '../../core/record/disclosed.ts';
import type { AuditRecord } from '../../core/record/record.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { readTauRuns } from '../support/tau-bench.ts';
import { type Counted, counted, type Filter, filtersFor, matches } from '../support/tau-bench-filters.ts';
import { agentOfTrial, type Replay, replayRuns } from '../support/tau-bench-replay.ts';
import { deployedReader } from './support/deployed-reader.ts';
import { type LocalTenant, localTenant } from './support/local-tenants.ts';

const SEED = 20_261_124;
const API_STEP = 200; // a function's call is slow in the local cloud; the receipts themselves are all verified
const AT_ONCE = 4;
const DAY = 24 * 3_600_000;
const TIMEOUT = 300_000;

const runs = readTauRuns();
if (!runs) console.log('skipped: shared/data/tau-bench is not beside the repository');

const entrySchema = z.object({
  record: z.looseObject({ event: z.looseObject({ event_id: z.string() }), content_hash: z.string() }),
  disclosures: disclosuresSchema.default([]),
  log_index: z.int(),
});
const pageSchema = z.looseObject({
  events: z.array(entrySchema),
  checkpoint: z.string(),
  next_cursor: z.string().nullable(),
  total_count: z.int(),
});
type Page = z.infer<typeof pageSchema>;

(runs ? describe : describe.skip)('150 published runs, sent by the SDK over SQS', () => {
  const random = new SeededRandom(SEED);
  const directory = mkdtempSync(join(tmpdir(), 'replay-'));
  const environment = { ...process.env };
  const prefix = `airline-${Date.now()}`;
  // Two days ago: hours of other tests are left alone, and ids may be thirty days old.
  const start = Date.now() - 2 * DAY;
  let acme: LocalTenant;
  let replay: Replay;
  /** Every entry of the log in its order, as far as it has been read. */
  const log: Page['events'] = [];
  const index: Counted[] = [];
  let cursor: string | undefined;

  async function get(path: string, token = acme.tokens.reader): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`${acme.api_url}${path}`, { headers: { authorization: `Bearer ${token}` } });
    return { status: answer.status, body: await answer.json() };
  }

  async function page(query: Record<string, string | string[]>, token?: string): Promise<Page> {
    const parameters = Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((one): [string, string] => [name, one]),
    );
    const { status, body } = await get(`/v1/audit/events?${new URLSearchParams(parameters)}`, token);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    const verdict = await verifyPage(body, acme.verifier_key);
    if (!verdict.verified) throw new Error(`a page does not verify: ${JSON.stringify(verdict.failure)}`);
    return pageSchema.parse(body);
  }

  /** Reads on in the order of the log, with the right to see personal fields, until `size` entries were read. */
  async function readLog(size: number): Promise<void> {
    while (log.length < size) {
      const query = { order: 'log', category: 'all', limit: '1000', ...(cursor !== undefined && { cursor }) };
      const { events, next_cursor } = await page(query, acme.tokens.admin);
      if (events.length === 0) throw new Error(`the log ends at ${log.length} instead of ${size}`);
      for (const entry of events) {
        index.push(counted(entry.record.event, entry.log_index));
        log.push(entry);
      }
      cursor = next_cursor ?? undefined;
    }
  }

  /** The count that the API gives, and the one of all entries below the size of the log that it answered from. */
  async function counts(filter: Filter): Promise<{ filter: Filter; total: number; recount: number }> {
    const { total_count: total, checkpoint } = await page({ ...filter, limit: '1' });
    const size = sizeOf(checkpoint);
    await readLog(size);
    const recount = index.slice(0, size).filter((event) => matches(event, filter)).length;
    return { filter, total, recount };
  }

  beforeAll(async () => {
    acme = localTenant('acme');
    // The SDK takes credentials from the usual environment.
    process.env.AWS_ACCESS_KEY_ID = acme.account;
    process.env.AWS_SECRET_ACCESS_KEY = OPERATOR_SECRET;

    const agents = [...new Set((runs ?? []).map(({ trial }) => agentOfTrial(prefix, trial)))];
    const emitterKey = await register(acme, agents);
    const transport = sqs({
      queueUrl: acme.queue_url,
      endpoint: acme.endpoint,
      region: acme.region,
      emitterKey,
    });
    const began = performance.now();
    replay = await replayRuns(runs ?? [], { start, prefix, directory, transport, random });
    const handedOver = performance.now();
    const window = { from: new Date(start).toISOString(), to: new Date(start + DAY).toISOString() };
    const ours = async () => {
      const perAgent = agents.map(
        async (agent_id) => (await page({ ...window, agent_id, limit: '1' })).total_count,
      );
      return (await Promise.all(perAgent)).reduce((sum, count) => sum + count, 0);
    };
    const deadline = Date.now() + 180_000;
    while ((await ours()) < replay.sent.length) {
      if (Date.now() > deadline) throw new Error(`${await ours()} of ${replay.sent.length} are in the log`);
      await delay(500);
    }
    const inTheLog = performance.now();
    const seconds = (from: number, to: number) => ((to - from) / 1_000).toFixed(1);
    console.log(
      `seed ${SEED}: ${replay.sent.length} events handed over in ${seconds(began, handedOver)} s, ` +
        `in the log ${seconds(handedOver, inTheLog)} s later`,
    );
  }, TIMEOUT);

  afterAll(() => {
    process.env = environment;
    rmSync(directory, { recursive: true, force: true });
  });

  test('every event was taken, and none twice', () => {
    const { sent, taken, rejected, unsent } = replay;
    expect({ taken, rejected, unsent }).toEqual({ taken: sent.length, rejected: 0, unsent: 0 });
    expect(sent.length).toBe(new Set(sent.map(({ event_id }) => event_id)).size);
    expect(sent.length).toBeGreaterThan(4_000);
  });

  test(
    'the log holds each once, without a gap, as it was sent, and every record verifies',
    async () => {
      await readLog(sizeOf((await page({ limit: '1' })).checkpoint));
      expect(log.every(({ log_index }, position) => log_index === position)).toBe(true);
      const byId = new Map(log.map((entry) => [entry.record.event.event_id, entry]));
      expect(byId.size).toBe(log.length);

      const wrong = replay.sent.filter(({ event_id, json, content_hash }) => {
        const entry = byId.get(event_id);
        if (!entry) return true;
        const opened = discloseRecord(entry.record as unknown as AuditRecord, entry.disclosures);
        const hash = opened.sourceHash ?? entry.record.content_hash;
        return hash !== content_hash || fromUtf8(canonicalBytes(opened.event)) !== json;
      });
      expect(wrong).toEqual([]);
      const ours = log.filter(({ record }) => counted(record.event, 0).agent_id.startsWith(prefix));
      expect(ours.length).toBe(replay.sent.length);
    },
    TIMEOUT,
  );

  test(
    'a walk by time shows the same events in the order of their times',
    async () => {
      const ids: string[] = [];
      const times: number[] = [];
      let next: string | undefined;
      const window = { from: new Date(start).toISOString(), to: new Date(start + DAY).toISOString() };
      do {
        const query = { ...window, limit: '1000', ...(next !== undefined && { cursor: next }) };
        const { events, next_cursor } = await page(query);
        for (const { record } of events) {
          const { agent_id, at } = counted(record.event, 0);
          times.push(at);
          if (agent_id.startsWith(prefix)) ids.push(record.event.event_id);
        }
        next = next_cursor ?? undefined;
      } while (next !== undefined);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(ids.toSorted()).toEqual(replay.sent.map(({ event_id }) => event_id).toSorted());
    },
    TIMEOUT,
  );

  test(
    'total_count is exact for every filter and for combinations of two and three',
    async () => {
      const all = filtersFor(
        replay.sent.map(({ json }) => counted(JSON.parse(json), 0)),
        random,
      );
      const results = [];
      for (const filter of all) results.push(await counts(filter));
      expect(results.filter(({ total, recount }) => total !== recount)).toEqual([]);
      expect(results.filter(({ total }) => total > 0).length).toBeGreaterThan(all.length / 2);
      console.log(`${all.length} filters, ${index.length} events in the log`);
    },
    TIMEOUT,
  );

  /** Checks a receipt against the entry of the log that it is for. */
  function expectReceipt(entry: Page['events'][number], receipt: unknown): void {
    const { record, disclosures, log_index } = entry;
    const { event_id } = record.event;
    expect(receipt).toMatchObject({ event_id, log_index, content_hash: record.content_hash });
    const verdict = verifyReceipt({ receipt, record, disclosures }, acme.verifier_key);
    expect(verdict).toMatchObject({ verified: true });
  }

  /** Does `ask` for every `step`th of our entries, asked by event id and by the sender's hash in turn. */
  async function receipts(
    step: number,
    ask: (name: string, entry: Page['events'][number]) => Promise<void>,
  ): Promise<number> {
    const ours = log.filter(({ record }) => counted(record.event, 0).agent_id.startsWith(prefix));
    const sentHash = new Map(replay.sent.map(({ event_id, content_hash }) => [event_id, content_hash]));
    const waiting = ours.filter((_, position) => position % step === 0).entries();
    let asked = 0;
    const worker = async () => {
      for (const [turn, entry] of waiting) {
        const { event_id } = entry.record.event;
        await ask((turn % 2 === 1 && sentHash.get(event_id)) || event_id, entry);
        asked++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return asked;
  }

  test(
    'every receipt verifies, made by what the read-api makes it with, from what lies in the tenant’s stores',
    async () => {
      const { reader, close } = await deployedReader(acme);
      try {
        const verified = await receipts(1, async (name, entry) => {
          const answer = await findReceipt(reader, name);
          if (answer.outcome !== 'recorded') throw new Error(`${name}: ${answer.outcome}`);
          expectReceipt(entry, answer.found.receipt);
        });
        expect(verified).toBe(replay.sent.length);
      } finally {
        close();
      }
    },
    TIMEOUT,
  );

  test(
    `every ${API_STEP}th receipt verifies, as the API hands it out`,
    async () => {
      const verified = await receipts(API_STEP, async (name, entry) => {
        const { status, body } = await get(`/v1/audit/receipts/${name}`, acme.tokens.admin);
        expect({ name, status }).toEqual({ name, status: 200 });
        expectReceipt(entry, body);
      });
      expect(verified).toBe(Math.ceil(replay.sent.length / API_STEP));
    },
    TIMEOUT,
  );
});

/** Registers a sender that may speak for `agents`, through the tenant's own API. */
async function register(acme: LocalTenant, agents: readonly string[]) {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  const { d, ...public_jwk } = z
    .object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() })
    .parse(jwk);
  const answer = await fetch(`${acme.api_url}/v1/audit/emitters`, {
    method: 'POST',
    headers: { authorization: `Bearer ${acme.tokens.admin}`, 'content-type': 'application/json' },
    body: JSON.stringify({ agents, public_jwk }),
  });
  const { emitter_id } = z.object({ emitter_id: z.string() }).parse(await answer.json());
  return { emitter_id, log_origin: acme.log_origin, private_jwk: { ...public_jwk, d } };
}

/** The size that a checkpoint names on its second line (C2SP tlog-checkpoint). */
function sizeOf(checkpoint: string): number {
  return Number(checkpoint.split('\n')[1]);
}
