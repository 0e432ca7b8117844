import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sha256 } from '#crypto';
import { toDigestText } from '../../../core/encoding.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../../core/export/export-job.ts';
import { findRecord } from '../../../core/query/receipt.ts';
import { ExportWorld } from '../../core/export/export-world.ts';
import { runVerifier } from './run-verifier.ts';

let directory: string;
let world: ExportWorld;
let key: string;

/** An export of each format, as its zip unpacks. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'exports-'));
  world = await ExportWorld.open(4);
  for (const format of EXPORT_FORMATS) await makeExport(format, format);
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function makeExport(format: ExportFormat, name: string): Promise<string> {
  const folder = join(directory, name);
  const job = await world.ask(format, { category: 'all' });
  expect(await world.run(job)).toBe('ended');
  for (const file of world.files.packed.get(job.exportId) ?? []) {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, world.files.files.get(`${job.exportId}/${file}`) ?? '');
  }
  key = (await readFile(join(folder, 'verifier-key'), 'utf8')).trim();
  return folder;
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  const text = await readFile(path, 'utf8');
  expect(change(text)).not.toBe(text);
  await writeFile(path, change(text));
}

async function judged(folder: string) {
  const { status, out } = await runVerifier(folder, '--key', key, '--json');
  const [result] = JSON.parse(out).results;
  return { status, result };
}

test('an export verifies, and its manifest against the record that the log holds of it', async () => {
  const { status, result } = await judged(join(directory, 'ndjson'));
  expect([status, result.outcome, result.count]).toEqual([0, 'verified', 12]);
  expect(result.notes).toEqual([]);
});

test.each(['ocsf', 'splunk-hec', 'elastic-bulk'])(
  'an export as %s verifies as a whole, and says that its events carry no proofs',
  async (format) => {
    const folder = join(directory, format);
    const { status, result } = await judged(folder);
    expect([status, result.outcome, result.kind]).toEqual([0, 'verified', 'projection']);
    expect(result.notes.join()).toContain('names every file');
    await edit(join(folder, 'events-000001.ndjson'), (text) => text.replace('refund', 'refunt'));
    expect((await judged(folder)).result.failure).toMatchObject({
      code: 'part_altered',
      where: { part: 'events-000001.ndjson' },
    });
    await rm(join(folder, 'receipt.json'));
    await edit(join(folder, 'events-000001.ndjson'), (text) => text.replace('refunt', 'refund'));
    expect((await judged(folder)).result.failure).toMatchObject({ code: 'manifest_not_vouched' });
  },
);

test('whoever changes the filter that the manifest names is found out, though nothing else says it', async () => {
  const folder = await makeExport('ndjson', 'filtered');
  await edit(join(folder, 'manifest.json'), (text) =>
    text.replace('"category": "all"', '"category": "agent"'),
  );
  expect((await judged(folder)).result.failure).toMatchObject({
    code: 'manifest_not_vouched',
    where: { part: 'receipt.json' },
  });
});

test('a bundle that was made to look like a projection does not get away with it', async () => {
  const folder = await makeExport('ndjson', 'disguised');
  const events = join(folder, 'events-000001.ndjson');
  await edit(events, (text) => text.replace('refund', 'refunt'));
  const bytes = await readFile(events);
  const part = { name: 'events-000001.ndjson', bytes: bytes.length, sha256: toDigestText(sha256(bytes)) };
  await edit(join(folder, 'manifest.json'), (text) => {
    const manifest = JSON.parse(text);
    const parts = manifest.parts.map((one: { name: string }) => (one.name === part.name ? part : one));
    return JSON.stringify({ ...manifest, format: 'ocsf', parts });
  });
  expect((await judged(folder)).result.failure).toMatchObject({ code: 'manifest_not_vouched' });
});

test('a receipt that is altered, of something else or no JSON does not verify, and a missing one is missed', async () => {
  const folder = await makeExport('ndjson', 'receipts');
  const path = join(folder, 'receipt.json');
  const whole = await readFile(path, 'utf8');
  const codes: string[] = [];
  const other = JSON.parse(await readFile(join(await makeExport('ndjson', 'other'), 'receipt.json'), 'utf8'));
  const [line = ''] = (await readFile(join(folder, 'events-000001.ndjson'), 'utf8')).split('\n');
  const noExport = await findRecord(world.exporter.reader, JSON.parse(line).record.event.event_id);
  const wrong = [
    whole.replace('EXPORT_CREATED', 'TOKEN_ISSUED'),
    JSON.stringify(other),
    JSON.stringify({ record: noExport?.record, receipt: noExport?.receipt }),
    JSON.stringify({ receipt: other.receipt }),
    whole.slice(1),
  ];
  for (const text of wrong) {
    await writeFile(path, text);
    const { status, result } = await judged(folder);
    expect([status, result.failure.where.part]).toEqual([1, 'receipt.json']);
    codes.push(result.failure.code);
  }
  expect(codes).toEqual([
    'leaf_hash_mismatch',
    'manifest_not_vouched',
    'manifest_not_vouched',
    'manifest_not_vouched',
    'manifest_not_vouched',
  ]);
  await rm(path);
  expect(await judged(folder)).toMatchObject({
    status: 1,
    result: { failure: { code: 'manifest_not_vouched' } },
  });
});

test('an export as tlog-tiles verifies as a whole log, and does not with a file of it altered', async () => {
  const folder = join(directory, 'tlog-tiles');
  const { status, result } = await judged(folder);
  expect([status, result.outcome, result.kind]).toEqual([0, 'verified', 'log']);
  await edit(join(folder, 'README.txt'), (text) => text.replace('audit', 'odd'));
  expect((await judged(folder)).result.failure).toMatchObject({ code: 'part_altered' });
});
