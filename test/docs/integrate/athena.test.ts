import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from '@jest/globals';
import { writeDailyRecords } from '../../../core/archive/daily-records.ts';
import { parseRecordsObject } from '../../../core/archive/layout.ts';
import type { AuditEvent } from '../../../core/event/event.ts';
import { leafHash } from '../../../core/log/merkle.ts';
import { exampleOf, parsed } from '../../core/event/examples.ts';
import { FilledLog } from '../../core/query/filled-log.ts';

/**
 * The queries of docs/integrate/athena.md, over files that the writer made, in SQLite: what SQLite lacks of Athena's
 * functions is put in from outside. What Athena itself does is shown by no test.
 */
const PAGE = readFileSync(
  join(import.meta.dirname, '..', '..', '..', 'docs', 'integrate', 'athena.md'),
  'utf8',
);

/** Splits columns in the table's SerDe (`serialization.format` 1). */
const DELIMITER = '\u0001';
const DAYS = ['2026-11-24', '2026-11-25'];

type Row = Record<string, unknown>;
const sql = new DatabaseSync(':memory:');
const lines: { path: string; dt: string; record: string }[] = [];

/** The query under the heading that begins so. */
function ask(heading: string): Row[] {
  const [, query] =
    new RegExp(`\\n### ${heading}[^\\n]*\\n(?:(?!\\n#)[^])*?\`\`\`sql\\n([^\`]*)\`\`\``).exec(PAGE) ?? [];
  if (query === undefined) throw new Error(`no query under "${heading}"`);
  return sql
    .prepare(query)
    .all()
    .map((row) => ({ ...row }));
}

beforeAll(async () => {
  const filled = await FilledLog.open(41);
  filled.now = Date.parse('2026-11-24T12:00:00Z');
  await filled.append(4, 300);
  await filled.appendEvents([
    ...story('task-refund', 'order 4711', '47'),
    ...story('task-other', 'order 9', '47'),
  ]);
  await filled.appendEvents(story('task-later', 'order 4711', '48'));
  filled.now = Date.parse('2026-11-25T09:00:00Z');
  await filled.append(3, 40);
  filled.now = Date.parse('2026-11-26T02:00:00Z');
  await writeDailyRecords({ ...filled.log, clock: { now: () => filled.now } }, Number.MAX_SAFE_INTEGER);

  for (const [key, { bytes }] of filled.cloud.archived) {
    const file = parseRecordsObject(key);
    if (!file) continue;
    const text = gunzipSync(bytes).toString();
    expect(text.endsWith('\n')).toBe(true);
    for (const record of text.slice(0, -1).split('\n'))
      lines.push({ path: `s3://archive/${key}`, dt: file.day, record });
  }
  install();
});

/** A task that decides, then writes `resource` at 14:`minute`, then reads another. */
function story(task: string, resource: string, minute: string): AuditEvent[] {
  const at = (second: string) => `2026-11-24T14:${minute}:${second}.000Z`;
  const reason = `why ${resource}, ${minute}`;
  const parts = [
    { type: 'DECISION_POINT', at: at('10'), payload: { reasoning_summary: `${reason} \u0001 "quoted"` } },
    { type: 'DATA_ACCESSED', at: at('20'), payload: { operation: 'write', resource } },
    { type: 'DATA_ACCESSED', at: at('21'), payload: { operation: 'read', resource: 'order 4711' } },
  ] as const;
  return parts.map(({ type, at: occurred_at, payload }, seq) => {
    const example = exampleOf(type);
    const event_id = `01a20ce4-05c0-7000-8000-${hexOf(`${task} ${seq}`)}`;
    const event = { ...example, event_id, occurred_at, task: { id: task, seq } };
    return parsed({ ...event, payload: { ...(example['payload'] as object), ...payload } });
  });
}

function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function install(): void {
  const pure = { deterministic: true };
  const at = (record: SQLInputValue, path: SQLInputValue): unknown =>
    String(path)
      .replace(/^\$\./, '')
      .split('.')
      .reduce<unknown>((value, name) => (value as Row | undefined)?.[name], JSON.parse(String(record)));
  // As Trino has them: a scalar as text and anything else as null; JSON as JSON.
  sql.function('json_extract_scalar', pure, (record, path) => {
    const value = at(record, path);
    return value === undefined || value === null || typeof value === 'object' ? null : String(value);
  });
  sql.function('json_extract', pure, (record, path) => JSON.stringify(at(record, path)) ?? null);
  sql.function('to_utf8', pure, (text) => Buffer.from(String(text)));
  sql.function('concat', { ...pure, varargs: true }, (...parts) =>
    Buffer.concat(parts.map((part) => part as Uint8Array)),
  );
  sql.function('sha256', pure, (bytes) =>
    createHash('sha256')
      .update(bytes as Uint8Array)
      .digest(),
  );
  sql.function('to_hex', pure, (bytes) =>
    Buffer.from(bytes as Uint8Array)
      .toString('hex')
      .toUpperCase(),
  );
  sql.exec('CREATE TABLE records (record text, dt text, "$path" text)');
  const insert = sql.prepare('INSERT INTO records VALUES (?, ?, ?)');
  for (const { record, dt, path } of lines) insert.run(record, dt, path);
}

const fieldsOf = ({ record }: { record: string }) => JSON.parse(record).event;

test('no line has the delimiter, so each is its one column, also where the text within has it', () => {
  expect(lines.length).toBeGreaterThan(300);
  expect(lines.filter(({ record }) => record.includes(DELIMITER))).toEqual([]);
  expect(lines.some(({ record }) => record.includes('\\u0001'))).toBe(true);
  expect(new Set(lines.map(({ dt }) => dt))).toEqual(new Set(DAYS));
});

test('every file is there: the answer is empty, until a file was not read to its end', () => {
  expect(ask('Is every record there')).toEqual([]);
  const [{ path } = { path: '' }] = lines;
  const read = lines.filter((line) => line.path === path).length;
  sql.exec('SAVEPOINT cut');
  sql
    .prepare('DELETE FROM records WHERE rowid = (SELECT max(rowid) FROM records WHERE "$path" = ?)')
    .run(path);
  expect(ask('Is every record there')).toEqual([{ file: path, records_read: read - 1 }]);
  sql.exec('ROLLBACK TO cut');
});

test('what was done on behalf of a user: all events of the tasks that name them, in order', () => {
  const events = lines.map(fieldsOf);
  const tasks = new Set(
    events.filter(({ initiator }) => initiator?.user_id === 'ann').flatMap(({ task }) => task?.id ?? []),
  );
  const expected = events
    .filter(({ task, occurred_at }) => tasks.has(task?.id) && occurred_at >= '2026-11-24')
    .map(({ event_id }) => event_id);
  const rows = ask('Every action on behalf of user');
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.map(({ event_id }) => event_id).sort()).toEqual(expected.sort());
  const times = rows.map(({ occurred_at }) => String(occurred_at));
  expect(times).toEqual([...times].sort());
  expect(new Set(rows.map(({ tool }) => tool))).toContain('payments.refund');
});

test('the reasoning behind one change: of the task that wrote the record in that minute, and of no other', () => {
  expect(ask('The reasoning behind the change')).toEqual([
    {
      occurred_at: '2026-11-24T14:47:10.000Z',
      selected_action: 'Initiate refund automatically',
      reasoning: JSON.stringify('why order 4711, 47 \u0001 "quoted"'),
      policies: '["refund-policy-v3"]',
      event_id: `01a20ce4-05c0-7000-8000-${hexOf('task-refund 0')}`,
    },
  ]);
});

test('sums by month count every record of the month once', () => {
  const rows = ask('What each agent did');
  expect(rows.reduce((sum, { events }) => sum + Number(events), 0)).toBe(lines.length);
  const refunds = lines
    .map(fieldsOf)
    .filter(({ agent, event_type: type }) => agent.id === 'refunds' && type === 'TOOL_CALLED');
  expect(rows).toContainEqual({
    month: '2026-11',
    agent: 'refunds',
    event_type: 'TOOL_CALLED',
    events: refunds.length,
  });
});

test('the leaf hash that SQL computes is that of the log', () => {
  const hashes = new Map(ask('The leaf hash').map(({ event_id, leaf_hash }) => [event_id, leaf_hash]));
  expect(hashes.size).toBe(lines.length);
  for (const line of lines)
    expect(hashes.get(fieldsOf(line).event_id)).toBe(
      Buffer.from(leafHash(Buffer.from(line.record)))
        .toString('hex')
        .toUpperCase(),
    );
});
