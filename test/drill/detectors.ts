import { isAuditError } from '../../core/errors.ts';
import { readCheckpoint } from '../../core/log/checkpoint.ts';
import { queryEvents } from '../../core/query/page.ts';
import { type Verdict, verifyPage, verifyReceipt } from '../../core/receipt/verify.ts';
import { auditArchive } from '../../core/sequencer/audit-archive.ts';
import { rebuildTable } from '../../core/sequencer/rebuild.ts';
import { cosignLatest } from '../../core/witness/cosign.ts';
import { addCheckpoint } from '../../core/witness/witness.ts';
import { memoryWitness } from '../support/memory-witness.ts';
import { receiptOf, type Scene, write } from './scene.ts';

/** Somebody who may notice: undefined where nothing is wrong to them, else what they say. */
export interface Detector {
  name: string;
  who: string;
  /** Sees only by what was kept outside the account. */
  outside: boolean;
  look: (scene: Scene) => Promise<string | undefined>;
}

const MS = 30_000;

/** In the order in which they look. The writer changes the log, and the audit halts it. */
export const DETECTORS: readonly Detector[] = [
  {
    name: 'api',
    who: 'the API, at a query',
    outside: false,
    look: (scene) => refusalOf(() => allRecords(scene)),
  },
  {
    name: 'verifier',
    who: 'the verifier, on what the API and the tenant hold',
    outside: false,
    look: async (scene) => {
      const { kept, verifierKey } = scene;
      const receipt = verifyReceipt(kept.receipt, verifierKey);
      if (!receipt.verified) return failureOf(receipt);
      const page = await quietly(() => allRecords(scene));
      if (page) return failureOf(await verifyPage(page, verifierKey));
      const found = await quietly(() => receiptOf(scene.reader, scene.eventIds[scene.victim] ?? ''));
      return found && failureOf(verifyReceipt(found, verifierKey));
    },
  },
  {
    name: 'holder',
    who: 'who kept a checkpoint',
    outside: true,
    look: async (scene) => {
      const page = await quietly(() => allRecords(scene));
      if (!page) return undefined;
      const alone = await verifyPage(page, scene.verifierKey);
      if (!alone.verified) return undefined; // that is the verifier's to notice
      const { older, newest } = scene.kept;
      for (const checkpoint of [older, newest]) {
        const failure = failureOf(await verifyPage(page, scene.verifierKey, { checkpoint }));
        if (failure !== undefined) return failure;
      }
      return undefined;
    },
  },
  {
    name: 'witness',
    who: 'a witness that had cosigned the last checkpoint',
    outside: true,
    look: async ({ reader, kept, verifierKey }) => {
      const witness = await memoryWitness('witness.example/drill', [verifierKey]);
      const last = readCheckpoint(kept.newest);
      if (last) witness.seen.set(last.origin, last);
      const store = { last: async () => undefined, keep: async () => undefined, all: async () => [] };
      const ask = async (_url: string, body: string) => addCheckpoint(body, witness);
      const witnesses = [{ url: 'drill', verifierKey: witness.verifierKey }];
      const [outcome] = (await quietly(() => cosignLatest(reader, witnesses, { store, ask }))) ?? [];
      const said = outcome?.outcome === 'failed' && outcome.problem.startsWith('the witness');
      return said ? outcome.problem : undefined;
    },
  },
  {
    name: 'writer',
    who: 'the writer, at the next batch: it stops',
    outside: false,
    look: ({ log }) => refusalOf(() => write(log, 1)),
  },
  {
    name: 'audit',
    who: 'the daily audit of the archive: it halts the log',
    outside: false,
    look: async ({ log }) => {
      const answer = await quietly(() => auditArchive(log, Date.now() + MS));
      return answer?.outcome === 'damaged' ? `${answer.object} ${answer.problem}` : undefined;
    },
  },
  {
    name: 'archive',
    who: 'tenant rebuild --check, on the archive',
    outside: false,
    look: async ({ log }) => {
      const terms = { check: true, overLive: false, deadline: Date.now() + MS };
      const answer = await rebuildTable(log, terms);
      return answer.outcome === 'damaged' ? `${answer.object} ${answer.problem}` : undefined;
    },
  },
];

/** Every record on one page, as the API answers it. */
async function allRecords({ reader }: Scene) {
  const request = { order: 'occurred_at' as const, limit: 1_000, personal: true };
  const page = await queryEvents(reader, { category: 'all' }, request);
  return JSON.parse(JSON.stringify(page)) as unknown;
}

/** What an act was refused with for the log's sake; undefined where it was done. */
async function refusalOf(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (isAuditError(error, 'integrity', 'unavailable')) return error.message;
    throw error;
  }
}

async function quietly<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (isAuditError(error)) return undefined;
    throw error;
  }
}

function failureOf(verdict: Verdict): string | undefined {
  if (verdict.verified) return undefined;
  const { code, detail } = verdict.failure;
  return detail === undefined ? code : `${code}: ${detail}`;
}
