import { describe, expect, test } from '@jest/globals';
import { sha256 } from '#crypto';
import { fromUtf8, toHex } from '../../../core/encoding.ts';
import { canonicalBytes } from '../../../core/event/canonical.ts';
import { toElastic } from '../../../core/export/elastic.ts';
import { EXPORT_FORMATS } from '../../../core/export/export-job.ts';
import { toOcsf } from '../../../core/export/ocsf.ts';
import type { Projected } from '../../../core/export/projected.ts';
import { toSplunk } from '../../../core/export/splunk.ts';
import { PROVEN_FORMATS } from '../../../core/receipt/manifest.ts';
import { ExportWorld } from './export-world.ts';

const ORIGIN = 'audit.example/acme/0a1b2c3d';
const LEAF_HASH = `sha256:${'ab'.repeat(32)}`;

function projected(event: object): Projected {
  const whole = {
    schema_version: '1.0.0',
    event_id: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
    occurred_at: '2026-03-08T14:47:00.000Z',
    agent: { id: 'refund-agent', version: '1.4.0', framework: { name: 'langgraph.js' } },
    task: { id: 'task-1', seq: 3 },
    ...event,
  };
  const record = {
    record_version: '1.0.0',
    tenant_id: 'acme',
    recorded_at: '2026-03-08T14:47:02.000Z',
    content_hash: `sha256:${'cd'.repeat(32)}`,
    event: whole,
    ingest: { source: 'sqs' },
    emitter: { id: 'emitter-1' },
    redactions: [],
    writer_version: '0.1.0',
  };
  return { record, event: whole, index: 17, leafHash: LEAF_HASH, origin: ORIGIN } as unknown as Projected;
}

const call = projected({
  event_type: 'TOOL_CALLED',
  initiator: { type: 'user', user_id: 'u-17' },
  causation: { call_id: 'call-1' },
  payload: { tool: { name: 'billing.refund', kind: 'api', version: '2' }, input: { amount: 89 } },
});

describe('OCSF', () => {
  test.each([
    ['TOOL_CALLED', call, 6003, 99],
    ['TASK_INITIATED', projected({ event_type: 'TASK_INITIATED', payload: { goal: 'Refund' } }), 6002, 3],
    ['TASK_COMPLETED', projected({ event_type: 'TASK_COMPLETED', payload: {} }), 6002, 4],
    ['DECISION_POINT', projected({ event_type: 'DECISION_POINT', payload: {} }), 6003, 99],
    [
      'DATA_ACCESSED',
      projected({ event_type: 'DATA_ACCESSED', payload: { operation: 'write', store: { name: 'crm' } } }),
      6005,
      5,
    ],
  ])(
    '%s has its class and activity, and what every event of 1.9.0 needs',
    (type, entry, classUid, activity) => {
      expect(toOcsf(entry)).toMatchObject({
        category_uid: 6,
        class_uid: classUid,
        activity_id: activity,
        type_uid: classUid * 100 + activity,
        severity_id: 1,
        time: Date.parse('2026-03-08T14:47:00.000Z'),
        metadata: {
          version: '1.9.0',
          profiles: ['ai_operation', 'record_integrity'],
          event_code: type,
          uid: '01a20ce4-05c0-77ab-9306-82f5da62bf63',
          sequence: 17,
          tenant_uid: 'acme',
          correlation_uid: 'task-1',
          logged_time: Date.parse('2026-03-08T14:47:02.000Z'),
        },
        ai_agent: { uid: 'refund-agent', version: '1.4.0', type_id: 2, type: 'LangChain' },
        src_endpoint: expect.any(Object),
        actor: { app_uid: 'refund-agent' },
        unmapped: { agent_audit_trail: { log_index: 17, leaf_hash: LEAF_HASH } },
      });
    },
  );

  test('a tool call names who, what and the call', () => {
    expect(toOcsf(call)).toMatchObject({
      actor: { user: { uid: 'u-17' } },
      api: {
        operation: 'billing.refund',
        service: { name: 'api', version: '2' },
        request: { uid: 'call-1' },
      },
      status_id: 1,
    });
  });

  test('what failed says so', () => {
    const failed = projected({
      event_type: 'TOOL_RESULT_RECEIVED',
      payload: { status: 'timeout', error: { code: 'E1', message: 'too slow' } },
    });
    expect(toOcsf(failed)).toMatchObject({
      status_id: 2,
      api: { response: { message: 'timeout', error: 'E1' } },
    });
  });

  test('the fingerprint is that of the event without it, so a change of any field shows', () => {
    const ocsf = toOcsf(call);
    const [{ fingerprint, ...rest }] = ocsf.attestation_list as [{ fingerprint: { value: string } }];
    expect(rest).toEqual({ uid: LEAF_HASH, chain_uid: ORIGIN, authority_uid: ORIGIN });
    const bytes = canonicalBytes({ ...ocsf, attestation_list: [rest] });
    expect(toHex(sha256(bytes))).toBe(fingerprint.value);
    const altered = canonicalBytes({ ...ocsf, time: 0, attestation_list: [rest] });
    expect(toHex(sha256(altered))).not.toBe(fingerprint.value);
  });
});

test('Splunk gets an object of its collector, with the fields of the usual searches', () => {
  expect(toSplunk(call)).toMatchObject({
    time: Date.parse('2026-03-08T14:47:00.000Z') / 1_000,
    host: 'acme',
    source: ORIGIN,
    sourcetype: 'agent_audit_trail:ocsf',
    event: { class_uid: 6003 },
    fields: {
      event_type: 'TOOL_CALLED',
      agent_id: 'refund-agent',
      user_id: 'u-17',
      task_id: 'task-1',
      log_index: '17',
      leaf_hash: LEAF_HASH,
    },
  });
});

test('Elastic gets a create and a document in ECS, the same id for the same record', () => {
  const { action, document } = toElastic(call);
  expect(action).toEqual({ create: { _id: '01a20ce4-05c0-77ab-9306-82f5da62bf63' } });
  expect(document).toMatchObject({
    '@timestamp': '2026-03-08T14:47:00.000Z',
    event: { action: 'tool_called', hash: 'ab'.repeat(32), sequence: 17, outcome: 'unknown' },
    organization: { id: 'acme' },
    user: { id: 'u-17' },
  });
});

const OF_RECORDS = EXPORT_FORMATS.filter((format) => format !== 'tlog-tiles');

test.each(OF_RECORDS)('%s exports every event once, a JSON value a line', async (format) => {
  const world = await ExportWorld.open(4);
  const job = await world.ask(format, {}, { personal: true });
  await world.run(job);
  const lines = world.files.text(job.exportId, 'events-').trimEnd().split('\n');
  expect(lines).toHaveLength(format === 'elastic-bulk' ? 24 : 12);
  for (const line of lines) expect(() => JSON.parse(line)).not.toThrow();
  const ids = world.intake.recordedIds();
  for (const id of ids) expect(lines.some((line) => line.includes(id))).toBe(true);
  const text = lines.join('\n');
  // The bundle keeps the opened values apart; a projection shows them to who may read them.
  expect(text.includes('Refund order 1')).toBe(!PROVEN_FORMATS.has(format));
  expect(fromUtf8(world.files.files.get(`${job.exportId}/README.txt`) ?? new Uint8Array())).toContain(
    job.exportId,
  );
});

describe('outcomes', () => {
  test.each([
    ['TASK_COMPLETED', {}, 'success'],
    ['TASK_FAILED', { reason: 'no answer' }, 'failure'],
    ['TOOL_RESULT_RECEIVED', { status: 'ok' }, 'success'],
    ['TOOL_RESULT_RECEIVED', { status: 'timeout' }, 'failure'],
    ['TOOL_CALLED', { tool: { name: 'x', kind: 'api' } }, 'unknown'],
  ])('%s %j is a %s in ECS', (event_type, payload, outcome) => {
    expect(toElastic(projected({ event_type, payload })).document).toMatchObject({ event: { outcome } });
  });
});

test('the model behind an agent is in its OCSF object, with a provider even where none was named', () => {
  const agent = {
    id: 'refund-agent',
    version: '1.4.0',
    instance_id: 'i-1',
    model: { name: 'm', version: '2' },
  };
  expect(toOcsf(projected({ event_type: 'TASK_COMPLETED', agent, payload: {} }))).toMatchObject({
    ai_agent: { instance_uid: 'i-1', ai_model: { name: 'm', ai_provider: 'unknown', version: '2' } },
  });
});
