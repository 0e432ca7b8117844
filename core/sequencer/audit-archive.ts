import { AuditError } from '../errors.ts';
import { HEAD_KEY } from '../index/keys.ts';
import { paddedIndex } from '../index/packing.ts';
import type { ArchivedVersion, Item } from '../ports.ts';
import type { Log } from './log.ts';
import { type Damage, problemOf } from './walk-archive.ts';

/** What an audit came to: how many objects were looked at by this call. */
export type AuditAnswer =
  /** Every object has one version and no marker; the round began at `since` (milliseconds). */
  | { outcome: 'sound'; objects: number; since: number }
  /** Time ran out; the next call goes on from here. */
  | { outcome: 'going_on'; objects: number; since: number }
  /** The last round is not a day old. */
  | { outcome: 'fresh'; since: number }
  | { outcome: 'damaged'; object: string; problem: string };

/** How far a round has come, as an item beside the head. */
interface Round {
  since: number;
  /** Undefined once the round is done. */
  at?: Place;
}

interface Place {
  stage: number;
  after: string;
}

/** A page that was looked at, and the key to go on from in the same stage. */
type Looked = { damage: Damage } | { objects: number; next?: string };

/** What is written once and never again, prefix by prefix. */
const STAGES: readonly ((log: Log, after: string) => Promise<Looked>)[] = [
  lookAtBatches,
  lookUnder('tile/'),
  lookUnder('key/'),
  lookUnder('signatures/'),
  lookUnder('purge/'),
  lookUnder('erasure/'),
  // What Athena, a copy and an auditor read is the newest version, so a second one would be believed.
  lookUnder('records/'),
  lookUnder('README.txt'),
];
const KEY = { pk: HEAD_KEY.pk, sk: 'AUDIT' };
const ROUND_MS = 23 * 3_600_000; // a day, less what a schedule is late by
const FIRST = paddedIndex(0);

/**
 * Looks at every version of every object of the archive, once a day and in as many calls as that takes. A second version,
 * a delete marker, or a batch or checkpoint that is missing between others halts the log. A marker under `commit/` would let
 * a second batch take a committed name; Object Lock keeps the first bytes, so what was tampered with can still be read.
 */
export async function auditArchive(log: Log, deadline: number): Promise<AuditAnswer> {
  const now = log.clock.now();
  const last = await readRound(log);
  if (last && !last.at && now - last.since < ROUND_MS) return { outcome: 'fresh', since: last.since };
  const { since, at = { stage: 0, after: '' } } = last?.at ? last : { since: now };
  let objects = 0;
  for (let { stage, after } = at; ; ) {
    const look = STAGES[stage];
    if (!look) break;
    const looked = await look(log, after);
    if ('damage' in looked) {
      const { object, problem } = looked.damage;
      await log.heads.halt(`the archive was tampered with: ${object} ${problem}`);
      return { outcome: 'damaged', object, problem };
    }
    objects += looked.objects;
    [stage, after] = looked.next === undefined ? [stage + 1, ''] : [stage, looked.next];
    if (log.clock.now() < deadline || stage === STAGES.length) continue;
    await writeRound({ since, at: { stage, after } }, log);
    return { outcome: 'going_on', objects, since };
  }
  await writeRound({ since }, log);
  return { outcome: 'sound', objects, since };
}

function lookUnder(prefix: string) {
  return async ({ archive }: Log, after: string): Promise<Looked> => {
    const { versions, next } = await archive.versions(prefix, after);
    const damage = damageOf(versions);
    if (damage) return { damage };
    return { objects: versions.length, ...(next !== undefined && { next }) };
  };
}

/** Where a batch ends, its checkpoint is named by the size that the next batch is named by: neither may be without the other. */
async function lookAtBatches(log: Log, after: string): Promise<Looked> {
  const { versions, next } = await log.archive.versions('commit/', after);
  const from = suffixOf(after);
  const checkpoints = await checkpointsBetween(log, from, next === undefined ? undefined : suffixOf(next));
  const damage = damageOf(versions) ?? damageOf(checkpoints);
  if (damage) return { damage };
  const begun = new Set(versions.map(({ key }) => suffixOf(key)));
  const ended = new Set(checkpoints.map(({ key }) => suffixOf(key)));
  // Batches below the line of a purge are gone, and their checkpoints stay; the batch at the line must be there.
  const line = paddedIndex((await log.heads.read())?.purged?.below ?? 0);
  const onwards = [...begun].filter((name) => name >= line);
  if (from < line && onwards.length > 0 && !begun.has(line)) return missing(`commit/${line}`, 'is missing');
  const lastBegun = versions.length > 0 ? suffixOf(versions.at(-1)?.key ?? '') : from;
  for (const name of begun) {
    if (name !== FIRST && !ended.has(name))
      return missing(`checkpoint/${name}`, `is missing, and a batch follows the size that it is of`);
  }
  const beyond: string[] = [];
  for (const name of ended) {
    if (name <= line) continue;
    if (name > lastBegun) beyond.push(name);
    else if (!begun.has(name)) return missing(`commit/${name}`, 'is missing between others');
  }
  // The last batch has a checkpoint and no successor; of more, the batches must have come since they were listed.
  if (
    beyond.length > 1 &&
    (await log.archive.versions('commit/', `commit/${lastBegun}`)).versions.length === 0
  )
    return missing(`commit/${beyond[0]}`, 'is missing, and later checkpoints were signed');
  return { objects: versions.length + checkpoints.length, ...(next !== undefined && { next }) };
}

/** All versions of checkpoints whose names come after `from` and, where it is given, not after `to`. */
async function checkpointsBetween(
  { archive }: Log,
  from: string,
  to: string | undefined,
): Promise<ArchivedVersion[]> {
  const found: ArchivedVersion[] = [];
  for (let after: string | undefined = from && `checkpoint/${from}`; after !== undefined; ) {
    const page: Awaited<ReturnType<Log['archive']['versions']>> = await archive.versions(
      'checkpoint/',
      after,
    );
    const inside = page.versions.filter(({ key }) => to === undefined || suffixOf(key) <= to);
    found.push(...inside);
    after = inside.length === page.versions.length ? page.next : undefined;
  }
  return found;
}

function suffixOf(key: string): string {
  return key.slice(key.indexOf('/') + 1);
}

function missing(object: string, problem: string): Looked {
  return { damage: { ok: false, object, problem } };
}

function damageOf(versions: readonly ArchivedVersion[]): Damage | undefined {
  for (const [object, ofObject] of Map.groupBy(versions, ({ key }) => key)) {
    const problem = problemOf(ofObject);
    if (problem !== undefined) return { ok: false, object, problem };
  }
  return undefined;
}

async function readRound({ table }: Log): Promise<Round | undefined> {
  const { items, unprocessed } = await table.get([KEY]);
  if (unprocessed.length > 0)
    throw new AuditError('unavailable', 'the records table did not look the audit up');
  const [item] = items;
  if (typeof item?.['since'] !== 'number') return undefined;
  const { since, stage, after } = item;
  return typeof stage === 'number' && typeof after === 'string' ? { since, at: { stage, after } } : { since };
}

async function writeRound({ since, at }: Round, { table }: Log): Promise<void> {
  const item: Item = { ...KEY, since, ...at };
  const { unprocessed } = await table.put([item]);
  if (unprocessed.length > 0) throw new AuditError('unavailable', 'the records table did not take the audit');
}
