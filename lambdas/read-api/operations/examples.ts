/** One event of a refund in its shapes on the wire, for the examples of the OpenAPI document. */

const LEAF_HASH = 'sha256:c9c78194577c5b99792dc2f6cef6f3ac74427b1c199ebfb3c41e0f3d0533b4c3';
const ORIGIN = 'audit.example.com/acme/5e6f7a8b';
const SIGNATURE =
  'BBsYmVk9/UvcsLm1u9dRQLcWQedXZhpr+078pQUb9wbj6d/f0VUTkwSb0+0h+0AKlBtAzFeQVplVJ7qc6IAQuspOswM=';

export const CHECKPOINT_EXAMPLE = `${ORIGIN}\n2\nem+828ObCdSL49ZW0+Wg3TM+LDApYBn7qOvtwMZsgvQ=\n\n— ${ORIGIN} ${SIGNATURE}\n`;
export const VERIFIER_KEY_EXAMPLE = `${ORIGIN}+041b1899+AT3QF5S3h0BSB8n2R1uS4iW7k1mGmQ1nM9wS3eHqkC0S`;

const EVENT_EXAMPLE = {
  schema_version: '1.0.0',
  event_id: '01a20ce4-0944-75f0-97a9-79614301241a',
  event_type: 'TOOL_CALLED',
  occurred_at: '2026-11-24T09:30:00.900Z',
  agent: { id: 'refund-agent', version: '2.4.1' },
  task: { id: 'task-refund-4711', seq: 3 },
  causation: { call_id: 'call-2' },
  payload: { tool: { name: 'lookup_order', kind: 'api' }, purpose: 'See whether the order was paid twice' },
};

export const RECORD_EXAMPLE = {
  record_version: '1.0.0',
  tenant_id: 'acme',
  recorded_at: '2026-11-24T09:31:00.000Z',
  event: EVENT_EXAMPLE,
  content_hash: 'sha256:dbce278aa729a7e0299b7a879dd292bb05b2b0de9fad3f6efb2e6a39c8f16881',
  ingest: { source: 'sqs' },
  emitter: { id: 'support-fleet', key_id: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU' },
  redactions: [],
  writer_version: '0.1.0',
};

export const ENTRY_EXAMPLE = {
  record: RECORD_EXAMPLE,
  log_index: 1,
  leaf_hash: LEAF_HASH,
  proof: { index: 1, tree_size: 2, path: [LEAF_HASH] },
};

export const RECEIPT_EXAMPLE = {
  event_id: EVENT_EXAMPLE.event_id,
  content_hash: RECORD_EXAMPLE.content_hash,
  leaf_hash: LEAF_HASH,
  log_index: 1,
  recorded_at: RECORD_EXAMPLE.recorded_at,
  proof: `c2sp.org/tlog-proof@v1\nindex 1\nycd4GUV3xbmXkpy9z2z286x0QnscGZ6/s8QeP5pqdLPB\n\n${CHECKPOINT_EXAMPLE}`,
};
