import { describe, expect, test } from '@jest/globals';
import type { ExportJob } from '../../../core/export/export-job.ts';
import type { ReportFile } from '../../../core/export/report-layout.ts';
import { plain } from '../../../core/narrative/phrase.ts';
import type { EventFilter } from '../../../core/query/filter.ts';
import type { Block } from '../../../core/report/block.ts';
import { gatherEvidence, LIMITS } from '../../../core/report/evidence.ts';
import { toldTask } from '../../support/told-task.ts';
import { ExportWorld } from '../export/export-world.ts';
import { NOW } from '../ingest/intake-world.ts';

/** A tenant's log, and a layout that keeps what it is given. */
async function reports(tasks: number, told: readonly string[] = []) {
  const world = await ExportWorld.open(tasks);
  for (const id of told) {
    const events = toldTask(id, NOW - 1_800_000, (event) => world.intake.event(event));
    await world.intake.accept(await world.intake.message(events));
  }
  const blocks: Block[] = [];
  const files: ReportFile[] = [];
  world.layout = async (report) => {
    blocks.push(...report.blocks);
    files.push(...report.files);
    return new Uint8Array(1);
  };
  const ask = async (filter: EventFilter = {}, over: Partial<ExportJob> = {}) => {
    const job = await world.ask('pdf', filter, over);
    expect(await world.run(job)).toBe('ended');
    return { job, text: blocks.map(textOf).join('\n'), blocks, files };
  };
  return { world, ask };
}

function textOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return plain(block.text);
    case 'title':
      return `${plain(block.text)} ${plain(block.subtitle)}`;
    case 'facts':
      return block.facts.map(({ label, value }) => `${label}: ${plain(value)}`).join('\n');
    case 'list':
      return block.items.map(plain).join('\n');
    case 'table':
      return [block.head.join('|'), ...block.rows.map((row) => row.map(plain).join('|'))].join('\n');
    case 'verbatim':
      return block.text;
    case 'moment':
      return [plain(block.text), block.when, ...block.lines.map(({ text }) => plain(text))].join('\n');
    case 'figure':
      return block.alt;
    case 'blanks':
      return block.labels.join('|');
  }
}

describe('the cover', () => {
  test.each([
    [{}, 'Time range: the whole log'],
    [{ from: '2026-11-24T08:00:00Z' }, 'Time range: from 24 November 2026, 08:00:00 UTC on'],
    [{ to: '2026-11-25T00:00:00Z' }, 'Time range: until 25 November 2026, 00:00:00 UTC, exclusive'],
    [
      { from: '2026-11-24T00:00:00Z', to: '2026-11-25T00:00:00Z' },
      'Time range: from 24 November 2026, 00:00:00 UTC, inclusive, until 25 November',
    ],
    [
      { event_type: ['TOOL_CALLED' as const, 'TASK_FAILED' as const], user_id: 'ann' },
      'Filter: event_type: TOOL_CALLED, TASK_FAILED; user_id: ann',
    ],
  ])('says what %j asks for', async (filter, says) => {
    const { ask } = await reports(2);
    expect((await ask(filter)).text).toContain(says);
  });

  test.each([
    ['operator', 'alex', 'Requested by: operator alex'],
    ['user', 'ann@acme', 'Requested by: user ann@acme'],
    ['token', 't-1', 'Requested by: holder of the API token t-1'],
  ] as const)('names the %s who asked', async (type, id, says) => {
    const { ask } = await reports(2);
    expect((await ask({}, { createdBy: { type, id } })).text).toContain(says);
  });
});

describe('the summary', () => {
  test('says that nothing is missing where nothing is', async () => {
    const { ask } = await reports(0, ['told']);
    const { text } = await ask();
    expect(text).toContain('Nothing is missing that the records would show, in 1 task:');
    expect(text).toContain('payments.refund|1|1');
  });

  test('names what is missing, in as many findings as there are', async () => {
    const { ask, world } = await reports(2);
    const start = { event_type: 'MESSAGE_EXCHANGED', payload: { role: 'user', content: 'x' } };
    await world.intake.accept(
      await world.intake.message([world.intake.event({ ...start, task: { id: 'odd' } })]),
    );
    const { text } = await ask();
    for (const says of [
      '2 calls have no result on record.',
      '1 tasks have no start among these records',
      '1 tasks have no end among these records',
      '7 events carry no number',
    ])
      expect(text).toContain(says);
  });

  test('ends a long table, and says so', async () => {
    const { ask, world } = await reports(0);
    const events = Array.from({ length: 45 }, (_, n) =>
      world.intake.event({ event_type: 'TOOL_CALLED', payload: { tool: { name: `tool-${n}` } } }),
    );
    await world.intake.accept(await world.intake.message(events));
    const { text, blocks } = await ask();
    expect(text).toContain('Names beyond the first 40');
    const tables = blocks.filter((block) => block.kind === 'table');
    expect(Math.max(...tables.map(({ rows }) => rows.length))).toBe(40);
  });
});

describe('a report', () => {
  test('of a user tells the tasks of that user whole, and attaches what it tells', async () => {
    const { ask } = await reports(4);
    const { text, files } = await ask({ user_id: 'ann' });
    expect(text).toContain('All 2 tasks are told, with 6 records');
    expect(text).not.toContain('Task task-1');
    const lines = new TextDecoder().decode(files.find(({ name }) => name === 'events.ndjson')?.bytes);
    expect(lines.trim().split('\n')).toHaveLength(6);
    expect(files.map(({ name }) => name)).toEqual([
      ...['events.ndjson', 'disclosures.ndjson', 'checkpoint', 'verifier-key', 'keys.json'],
    ]);
  });

  test('attaches a record that two tasks tell once', async () => {
    const { ask, world } = await reports(0, ['outer']);
    const sub = { id: 'inner', parent_id: 'outer' };
    await world.intake.accept(
      await world.intake.message([world.intake.event({ task: sub, payload: { goal: 'Ask' } })]),
    );
    const { text, files } = await ask();
    expect(text).toContain('with 19 records'); // the start of the inner one stands in both
    const lines = new TextDecoder().decode(files[0]?.bytes).trim().split('\n');
    expect(lines).toHaveLength(18);
  });

  test.each([
    [{ tasks: 2, records: 100, bytes: 1e6 }, 'first 2 of 4 tasks, with 6 records. A report ends at 2 tasks'],
    [
      { tasks: 9, records: 4, bytes: 1e6 },
      'first 2 of 4 tasks, with 4 records. A report ends at 9 tasks, 4 records',
    ],
    [{ tasks: 9, records: 100, bytes: 1 }, 'first 1 of 4 tasks, with 3 records'],
  ])('ends at %j', async (limits, says) => {
    const { ask, world } = await reports(4);
    world.exporter.reportLimits = limits;
    expect((await ask()).text).toContain(says);
  });

  test('of many files names the first, and a digest of all', async () => {
    const { ask, world } = await reports(30);
    world.exporter.partBytes = 2_000;
    expect((await ask()).text).toMatch(
      /… and \d+ more\. The SHA-256 over all names and digests.*sha256:[0-9a-f]{64}/,
    );
  });

  test('is made once, and goes on after a worker that had no time for it', async () => {
    const { world } = await reports(4);
    const job = await world.ask('pdf');
    let made = 0;
    world.layout = async () => new Uint8Array(++made);
    const { clock } = world.exporter.reader;
    let calls = 0;
    world.exporter.reader.clock = { ...clock, now: () => clock.now() + (++calls > 12 ? 100_000 : 0) };
    expect(await world.run(job)).toBe('later');
    world.exporter.reader.clock = clock;
    world.intake.now += 400_000;
    world.delivers = false;
    expect(await world.run(job)).toBe('later'); // the report is made, and its record not yet in the log
    world.delivers = true;
    world.intake.now += 400_000;
    expect(await world.run(job)).toBe('ended');
    expect(made).toBe(1);
  });

  test('of records that do not verify is not made', async () => {
    const { world } = await reports(2);
    const job = await world.ask('pdf');
    await world.run(job);
    const tree = (await world.jobs.get(job.exportId))?.tree;
    if (!tree) throw new Error('it never began');
    const altered = { ...tree, checkpoint: tree.checkpoint.replace(/\n\d+\n/, '\n5\n') };
    const gathered = gatherEvidence(
      world.exporter.reader,
      ['task-0'],
      job,
      altered,
      LIMITS,
      async () => true,
    );
    await expect(gathered).rejects.toThrow('the records of the report do not verify: signature_invalid');
  });
});
