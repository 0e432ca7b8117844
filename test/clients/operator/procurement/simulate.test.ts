import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { QUESTIONS } from '../../../../clients/operator/procurement/simulate/questions.ts';
import type { Exchange } from '../../../../clients/operator/procurement/simulate/simulate.ts';
import { transcriptOf } from '../../../../clients/operator/procurement/simulate/transcript.ts';
import { judge } from '../../../../clients/verifier/judge.ts';
import { utf8 } from '../../../../core/encoding.ts';
import { type Meddling, ReviewedTenant } from './reviewed-tenant.ts';

let tenant: ReviewedTenant;
let directory: string;

beforeAll(async () => {
  tenant = await ReviewedTenant.open();
  directory = await mkdtemp(join(tmpdir(), 'review-'));
});

afterAll(() => rm(directory, { recursive: true }));

describe('the five questions, and the first as security officers put it', () => {
  test('are answered by the agents’ work of March, each with evidence that verifies', async () => {
    const simulation = await tenant.review(directory);
    const { exchanges, passed } = simulation;
    expect(exchanges.map(({ id, stands, faults }) => [id, stands, faults])).toEqual(
      ['1', '1b', '2', '3', '4', '5'].map((id) => [id, true, []]),
    );
    expect(passed).toBe(true);
    const [actions, calls, reasons, splunk, unmodified, leaving] = exchanges.map(({ answer }) =>
      answer.join('\n'),
    );
    expect(actions).toContain('82 actions in 6 tasks on behalf of user-2041');
    expect(actions).toContain('told afterwards (a backfill)');
    expect(calls).toContain('17 calls by refund-agent for user-2041');
    expect(reasons).toContain('> user-2041 asked for a new billing\\_address for customer C-1042');
    expect(reasons).toContain('- Ask a data steward: not triggered');
    expect(splunk).toContain('/services/collector/event');
    expect(unmodified).toContain('npm run verify -- 4-record.json');
    expect(leaving).toContain('after the end of the contract: **');

    const transcript = transcriptOf(simulation, {
      tenantId: 'acme',
      date: '2026-11-24T10:00:00Z',
      apiUrl: 'https://api.example',
      consoleUrl: 'https://api.example/console/',
      verifierKey: 'key',
    });
    expect(transcript).toContain('**All 6 questions were answered, and every answer verified**');
    for (const { asked } of exchanges) for (const line of asked) expect(transcript).toContain(line);
  });

  test('leave files that anybody verifies again', async () => {
    const key = (await readFile(join(directory, 'verifier-key'), 'utf8')).trim();
    for (const file of [
      '1-actions-1.json',
      '2-timeline-1-1.json',
      '3-splunk.zip',
      '4-record.json',
      '5-everything.zip',
    ])
      expect([file, await judge(join(directory, file), { key, progress: () => undefined })]).toMatchObject([
        file,
        { outcome: 'judged', verdict: { verified: true } },
      ]);
  });
});

const altered = (text: string) => text.replace('user-2041', 'user-2042');

const BREAKS: [string, string, Meddling, RegExp][] = [
  [
    'a record of the answer is altered',
    '1',
    { json: (path, body) => (path.endsWith('/events') ? JSON.parse(altered(JSON.stringify(body))) : body) },
    /does not verify/,
  ],
  [
    'the search leaves a record out, and counts as if it did not exist',
    '1',
    {
      json: (path, body) =>
        path.endsWith('/events')
          ? { ...body, events: body.events.slice(1), total_count: body.total_count - 1 }
          : body,
    },
    /leaves out 1 records of the log/,
  ],
  [
    'a page is cut short',
    '1b',
    { json: (path, body) => (path.endsWith('/events') ? { ...body, events: body.events.slice(1) } : body) },
    /counts 17 records and holds 16/,
  ],
  ['every answer takes too long', '1b', { slow: 31_000 }, /longer than 30 s/],
  [
    'the change is not in the answer',
    '2',
    {
      json: (path, body) =>
        path.endsWith('/events') ? { ...body, events: [], total_count: 0, next_cursor: null } : body,
    },
    /No change of a customer record is on record/,
  ],
  [
    'the timeline hides the decision',
    '2',
    {
      json: (path, body) => {
        if (!path.endsWith('/timeline')) return body;
        const events = body.events.filter(({ record }) => record.event.event_type !== 'DECISION_POINT');
        return { ...body, events, total_count: events.length };
      },
    },
    /names no decision that was recorded before it/,
  ],
  [
    'the reasons are withheld',
    '2',
    {
      json: (path, body) =>
        path.endsWith('/timeline')
          ? { ...body, events: body.events.map(({ disclosures: _, ...entry }) => entry) }
          : body,
    },
    /withheld/,
  ],
  [
    'a line of the export for Splunk names another time',
    '3',
    {
      part: (format, name, bytes) =>
        format === 'splunk-hec' && name.startsWith('events-')
          ? utf8(Buffer.from(bytes).toString('utf8').replace('"time":', '"time":1'))
          : bytes,
    },
    /part_altered/,
  ],
  [
    'the export for Splunk lacks its proof',
    '3',
    {
      part: (format, name, bytes) => (format === 'splunk-hec' && name === 'receipt.json' ? undefined : bytes),
    },
    /does not verify/,
  ],
  [
    'the record is said to be another',
    '4',
    {
      json: (path, body) => (path.includes('/events/') ? JSON.parse(altered(JSON.stringify(body))) : body),
    },
    /does not verify/,
  ],
  [
    'a record of the log was replaced',
    '4',
    {
      tile: (path, bytes) =>
        path.startsWith('tile/entries/')
          ? utf8(Buffer.from(bytes).toString('latin1').replace('refund-agent', 'refunt-agent'))
          : bytes,
    },
    /does not verify/,
  ],
  [
    'the last part of everything is missing',
    '5',
    {
      part: (format, name, bytes) =>
        format === 'ndjson' && name === 'events-000001.ndjson' ? undefined : bytes,
    },
    /./,
  ],
  [
    'the retention policy does not say how long',
    '5',
    { json: (path, body) => (path.endsWith('/retention-policy') ? { ...body, policy: {} } : body) },
    /after_termination_days/,
  ],
];

describe('the simulation fails where', () => {
  test.each(BREAKS)('%s', async (_, id, meddling, why) => {
    // The fourth question is about the record that the second one finds.
    const questions = QUESTIONS.filter(
      (question) => question.id === id || (id === '4' && question.id === '2'),
    );
    const { exchanges, passed } = await tenant.review(directory, meddling, { questions });
    expect(passed).toBe(false);
    const exchange = exchanges.find((one) => one.id === id);
    expect(exchange?.stands).toBe(false);
    expect(exchange && told(exchange)).toMatch(why);
  });

  test('the question is about another time zone than the agents’ work', async () => {
    const { exchanges } = await tenant.review(directory, {}, { wanted: { timeZone: 'America/New_York' } });
    expect(exchanges.map(({ id, stands }) => [id, stands])).toEqual([
      ['1', true],
      ['1b', true],
      ['2', false],
      ['3', true],
      ['4', false],
      ['5', true],
    ]);
  });
});

function told({ faults, evidence }: Exchange): string {
  const failed = evidence.filter(({ verified }) => !verified).map(({ says }) => `does not verify: ${says}`);
  return [...faults, ...failed].join('\n');
}
