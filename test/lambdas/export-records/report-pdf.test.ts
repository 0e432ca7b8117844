import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { judge } from '../../../clients/verifier/judge.ts';
import type { ExportJob } from '../../../core/export/export-job.ts';
import { reportPdf } from '../../../lambdas/export-records/pdf/report-pdf.ts';
import { installedFile } from '../../../lib/report-files.ts';
import { ExportWorld } from '../../core/export/export-world.ts';
import { NOW } from '../../core/ingest/intake-world.ts';
import { SCRIPTS, toldTask } from '../../support/told-task.ts';
import { type ReadPdf, readPdf } from './read-pdf.ts';

const PROJECT = join(import.meta.dirname, '../../..');
const layout = reportPdf((file) => installedFile(PROJECT, `fonts/${file}`));

async function worldWith(tasks: number): Promise<ExportWorld> {
  const world = await ExportWorld.open(tasks);
  const { intake } = world;
  const events = toldTask('task-told', NOW - 1_800_000, (event) => intake.event(event));
  await intake.accept(await intake.message(events));
  world.layout = layout;
  return world;
}

async function reportOf(world: ExportWorld, job: ExportJob): Promise<Uint8Array> {
  expect(await world.run(job)).toBe('ended');
  return world.files.files.get(`${job.exportId}/report.pdf`) ?? new Uint8Array();
}

describe('a report', () => {
  let world: ExportWorld;
  let job: ExportJob;
  let bytes: Uint8Array;
  let read: ReadPdf;
  let text: string;

  beforeAll(async () => {
    world = await worldWith(2);
    job = await world.ask('pdf');
    bytes = await reportOf(world, job);
    read = await readPdf(bytes);
    text = read.pages.join('\n');
  });

  test('says whose it is, of what, for whom, when it was made, and leaves room to sign', () => {
    const [cover = ''] = read.pages;
    for (const words of [
      'Audit report',
      'acme',
      world.intake.intake.log.origin,
      'the whole log',
      'none: every record of an agent',
      'holder of the API token token-1',
      '24 November 2026, 10:00:00 UTC',
      job.exportId,
      'Custody',
      'Received by',
    ])
      expect(cover).toContain(words);
    expect(read.pages.at(-1)).toMatch(/Reviewed by.*Name and function.*Signature.*Approved by/);
    expect(read.bookmarks).toEqual([
      ...['Summary', 'Integrity', 'Tasks', 'Task task-0', 'Task task-1', 'Task task-told'],
      'Review and signature',
    ]);
  });

  test('counts what happened, and what is missing', () => {
    const summary = read.pages[1] ?? '';
    for (const figure of ['Tasks 3', 'Completed 2', 'Failed 1', 'Questions to a person 1', '1: 1 approved'])
      expect(summary).toContain(figure);
    expect(summary).toMatch(/payments\.refund 1 1/);
    expect(summary).toMatch(/shop \/ orders order, address 1 0 0/);
    expect(summary).toContain('2 calls have no result on record.');
  });

  test('tells each task as its timeline does, decisions in full, in whatever script', () => {
    for (const words of [
      'Agent decided: Ask a person to approve the refund of 49.90 EUR',
      'A voucher was refused by the customer in the second message.',
      'Refund at once (above the limit of 40 EUR): rejected',
      '✓ Ask a person: selected',
      'lead-7 approved, 7.3 seconds after the question',
      'Task failed after 2 minutes 10 seconds',
      SCRIPTS.russian,
      SCRIPTS.greek,
    ])
      expect(text).toContain(words);
    const letters = text.replaceAll(/\s/g, '');
    for (const script of ['chinese', 'japanese', 'korean'] as const)
      expect(letters).toContain(SCRIPTS[script].replaceAll(/\s/g, ''));
    for (const script of ['arabic', 'hebrew'] as const)
      for (const word of SCRIPTS[script].match(/\p{L}+/gu) ?? []) expect(text).toContain(word);
    expect(text).toContain('no answer in 30 s \\u{1f600} → tried again'); // no face draws it, so it is written out
  });

  test('carries its evidence: taken out, it verifies under the key, and not with one octet changed', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'report-'));
    try {
      for (const [name, content] of read.attachments) await writeFile(join(directory, name), content);
      const key = (await world.jobs.get(job.exportId))?.tree?.verifierKey ?? '';
      const verdict = async () => {
        const result = await judge(directory, { key, progress: () => undefined });
        return result.outcome === 'judged' ? result.verdict : result;
      };
      expect(await verdict()).toMatchObject({ verified: true, shown: { count: 23 } });
      expect(read.attachments.has('disclosures.ndjson')).toBe(true);
      const events = Buffer.from(read.attachments.get('events.ndjson') ?? []);
      const at = events.indexOf('orders.get');
      events[at] = (events[at] ?? 0) ^ 1;
      await writeFile(join(directory, 'events.ndjson'), events);
      expect(await verdict()).toMatchObject({ verified: false });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test('is PDF/A-3a by what it says and how it is built: tagged, titled, its faces embedded', () => {
    expect(read).toMatchObject({
      marked: true,
      language: 'en-GB',
      title: expect.stringContaining(job.exportId),
    });
    expect(read.xmp).toMatch(/pdfaid:part>3<[\s\S]*pdfaid:conformance>A</);
    for (const kind of ['H1', 'H2', 'Table', 'TR', 'TH', 'TD', 'L', 'LI', 'LBody', 'BlockQuote', 'Sect', 'P'])
      expect([kind, read.elements.get(kind) ?? 0]).not.toEqual([kind, 0]);
    const raw = Buffer.from(bytes).toString('latin1');
    expect(raw.startsWith('%PDF-1.7')).toBe(true);
    const faces = raw.match(/\/Type \/FontDescriptor[\s\S]*?endobj/g) ?? [];
    expect(faces.length).toBeGreaterThanOrEqual(6);
    for (const face of faces) expect(face).toMatch(/\/FontFile[23] \d+ 0 R/);
    expect(raw).not.toMatch(/\/Subtype \/Type1\b(?!C)|\/Encrypt|\/JavaScript/);
    expect(raw).toMatch(/\/AFRelationship \/Data/);
    expect(raw).toContain('/S /GTS_PDFA1');
  });

  test('is vouched for with the bundle that lies beside it', async () => {
    const manifest = JSON.parse(world.files.text(job.exportId, 'manifest.json'));
    expect(manifest).toMatchObject({
      format: 'pdf',
      count: 23,
      completeness: { judged: true, complete: false, tasks: 3, findings: { calls_without_result: 2 } },
    });
    expect(manifest.parts.map(({ name }: { name: string }) => name)).toContain('report.pdf');
  });
});

test('a report of nothing says so', async () => {
  const world = await worldWith(0);
  const { pages } = await readPdf(await reportOf(world, await world.ask('pdf', { agent_id: 'nobody' })));
  const text = pages.join(' ');
  expect(text).toContain('No task is on record that matches.');
  expect(text).toContain('agent_id: nobody');
  expect(text).toContain('the filter (agent_id) takes records out of their tasks');
});

test('a report that would be too long ends at a stated number, and names the files that hold the rest', async () => {
  const world = await worldWith(4);
  world.exporter.reportLimits = { tasks: 2, records: 5, bytes: 1e6 };
  const job = await world.ask(
    'pdf',
    { from: '2026-11-24T00:00:00Z', to: '2026-11-25T00:00:00Z' },
    { personal: false },
  );
  const { pages, bookmarks, attachments } = await readPdf(await reportOf(world, job));
  const text = pages.join(' ');
  expect(text).toContain(
    'Told are the first 2 of 5 tasks, with 5 records. A report ends at 2 tasks, 5 records',
  );
  expect(text).toContain('of this task 2 of 3 records are told');
  expect(text).toContain('withheld');
  expect(text).toContain('from 24 November 2026, 00:00:00 UTC, inclusive');
  expect(bookmarks).not.toContain('Task task-3');
  expect(attachments.has('disclosures.ndjson')).toBe(false);
  const { parts } = JSON.parse(world.files.text(job.exportId, 'manifest.json'));
  for (const { name, sha256 } of parts.filter((part: { name: string }) => part.name.startsWith('events-'))) {
    expect(text).toContain(name);
    expect(text.replaceAll(' ', '')).toContain(sha256);
  }
});

test('a text that is longer than a page goes on over pages, and a word longer than a line is cut', async () => {
  const world = await worldWith(0);
  const long = Array.from({ length: 700 }, (_, word) => `word${word}`).join(' ');
  await world.intake.accept(
    await world.intake.message([
      world.intake.event({
        event_type: 'MESSAGE_EXCHANGED',
        task: { id: 'task-long' },
        payload: { role: 'user', content: `${'x'.repeat(300)}\n${long.slice(0, 3_600)}` },
      }),
    ]),
  );
  const { pages } = await readPdf(await reportOf(world, await world.ask('pdf', { task_id: 'task-long' })));
  const text = pages.join(' ');
  for (const word of long.slice(0, 3_590).split(' ').slice(0, -1)) expect(text).toContain(word);
  expect(text.replaceAll(' ', '')).toContain('x'.repeat(300));
});
