import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { median } from '../../bench/line.ts';
import { uniqueName } from '../local/support/events.ts';
import { downloadOf, exportOf } from '../local/support/exports.ts';
import { type LocalTenant, localTenant } from '../local/support/local-tenants.ts';
import { quarantineOf, verifiedPage, walk } from '../local/support/log.ts';
import { drained } from '../local/support/queue.ts';
import { verifyFile } from '../local/support/verifier.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { Ledger, pause, probe } from './load-ledger.ts';
import { FunctionMemory } from './load-memory.ts';

/** How long it is sent, in all: a third with one sender alone, a third while one tenant is flooded, a third while the other is. */
const SECONDS = Number(process.env.LOAD_SECONDS ?? 120);
const SEED = Number(process.env.LOAD_SEED ?? 20_261_124);
const SENDERS = 6;
const TIMEOUT = (SECONDS + 900) * 1_000;
const SAMPLE_MS = 1_000;
const PATIENT = { timeout: 600_000 };

const [acme, globex] = [localTenant('acme'), localTenant('globex')];
const run = uniqueName('load');
const random = new SeededRandom(SEED);
const ledgers = [new Ledger(acme, run, random), new Ledger(globex, run, random)] as const;
const memory = new FunctionMemory();
/** What one event of globex waits for its receipt, in milliseconds, by who is flooded meanwhile. */
const waits: { nobody: number[]; acme: number[]; globex: number[] } = { nobody: [], acme: [], globex: [] };
let pages = 0;
let exports = 0;
let directory: string;

const until = (seconds: number) => {
  const end = Date.now() + seconds * 1_000;
  return () => Date.now() < end;
};

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'load-'));
  const sampling = setInterval(() => memory.sample(), SAMPLE_MS);
  try {
    waits.nobody = await probe(globex, `${run}-probe`, until(SECONDS / 3));
    waits.acme = await whileFlooded(ledgers[0]);
    await settled(globex);
    waits.globex = await whileFlooded(ledgers[1]);
    for (const { tenant } of ledgers) await settled(tenant);
  } finally {
    clearInterval(sampling);
  }
}, TIMEOUT);

afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** What globex waits while many senders send to a tenant, and both are read and exported. */
async function whileFlooded(ledger: Ledger): Promise<number[]> {
  const goesOn = until(SECONDS / 3);
  const [waited] = await Promise.all([
    probe(globex, `${run}-probe`, goesOn),
    ...Array.from({ length: SENDERS }, (_, sender) => ledger.send(`sender-${sender}`, goesOn)),
    ...ledgers.map(({ tenant }) => readWhile(tenant, goesOn)),
    ...ledgers.map(({ tenant }) => exportWhile(tenant, goesOn)),
  ]);
  return waited;
}

/** Asks one question after another; every page is verified as it comes. */
async function readWhile(tenant: LocalTenant, goesOn: () => boolean): Promise<void> {
  const questions: Record<string, string>[] = [
    { limit: '100' },
    { order: 'log', limit: '200' },
    { task_id: `${run}-sender-0` },
    { event_type: 'DATA_ACCESSED', category: 'all' },
  ];
  for (let asked = 0; goesOn(); asked++) {
    await verifiedPage(tenant, questions[asked % questions.length] ?? {});
    pages++;
    await pause();
  }
}

async function exportWhile(tenant: LocalTenant, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    const filter = { task_id: `${run}-sender-0` };
    await exportOf(tenant, { format: 'ndjson', filter }, PATIENT); // its own record waits behind the flood
    exports++;
  }
}

/** Returns once the queues are empty; bounded by the timeout of the hook. */
async function settled(tenant: LocalTenant): Promise<void> {
  for (;;) {
    const empty = await drained(tenant).then(
      () => true,
      () => false,
    );
    if (empty) return;
  }
}

test(
  'every event that was accepted is one record, and every one that was refused is in quarantine with its reason',
  async () => {
    for (const { tenant, good, bad, repeated } of ledgers) {
      for (const [task, ids] of good) {
        const found = (await walk(tenant, { task_id: task, limit: '1000' })).flatMap(({ events }) =>
          events.map(({ record }) => record.event.event_id),
        );
        expect({ task, found: found.sort() }).toEqual({ task, found: [...ids].sort() });
      }
      const refused = await quarantineOf(tenant, ({ event_id }) => bad.includes(event_id ?? ''), bad.length);
      expect(refused.every(({ code }) => code === 'schema_invalid')).toBe(true);
      console.log(
        `${tenant.id}: ${[...good.values()].flat().length} events recorded once, of which ${repeated} batches were sent ` +
          `twice; ${bad.length} refused; ${pages} pages verified and ${exports} exports made meanwhile, of both tenants`,
      );
    }
  },
  TIMEOUT,
);

test(
  'the whole log verifies, offline',
  async () => {
    for (const { tenant } of ledgers) {
      const { export_id } = await exportOf(
        tenant,
        { format: 'ndjson', filter: { category: 'all' } },
        PATIENT,
      );
      const file = join(directory, `${tenant.id}.zip`);
      await writeFile(file, (await downloadOf(tenant, export_id)).zip);
      const { exit, results } = verifyFile(file, tenant.verifier_key);
      expect({ exit, outcome: results[0]?.outcome }).toEqual({ exit: 0, outcome: 'verified' });
      expect(results[0]).toMatchObject({ missing: 0 });
    }
  },
  TIMEOUT,
);

test('memory stays flat: no process has more at the end than in the middle, but for what collections leave', () => {
  const lived = memory.longLived(SECONDS / 2);
  if (process.platform === 'linux') expect(lived.length).toBeGreaterThan(0);
  const said = lived.map(({ name, limit, samples }) => {
    const third = Math.floor(samples.length / 3);
    const [middle, end] = [median(samples.slice(third, 2 * third)), median(samples.slice(2 * third))];
    expect({ name, fits: Math.max(...samples) < limit }).toEqual({ name, fits: true });
    expect({ name, flat: end < 1.5 * middle }).toEqual({ name, flat: true });
    return `${name}: ${middle.toFixed(0)} MB in the middle, ${end.toFixed(0)} MB at the end, of ${limit}`;
  });
  console.log(said.sort().join('\n'));
});

test('a flood of one tenant and what the other waits: stated, since one machine runs both', () => {
  const told = Object.entries(waits).map(
    ([whom, all]) => `${median(all).toFixed(0)} ms while ${whom} is flooded (${all.length} times)`,
  );
  const [alone, others, own] = [waits.nobody, waits.acme, waits.globex].map(median) as [
    number,
    number,
    number,
  ];
  const ratios = `${(others / alone).toFixed(1)} times by the other's flood, ${(own / alone).toFixed(1)} times by its own`;
  console.log(`globex, from sending to a receipt: ${told.join(', ')}: ${ratios}`);
  for (const all of Object.values(waits)) expect(all.length).toBeGreaterThan(0);
});
