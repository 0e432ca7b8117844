import { canonicalBytes, contentHash } from '../../../core/event/canonical.ts';

/** The leaf of a small record, told apart by its text and its salt. */
export function makeLeaf(event: {
  eventId: string;
  text: string;
  at: number;
  salt: string;
  recordedAt: number;
}): Uint8Array {
  const body = {
    schema_version: '1.0.0',
    event_id: event.eventId,
    event_type: 'MESSAGE_EXCHANGED',
    occurred_at: new Date(event.at).toISOString(),
    agent: { id: 'refund-agent', version: '1.0.0' },
    task: { id: event.text },
    payload: { role: 'user', content: { committed: event.salt } },
  };
  return canonicalBytes({
    record_version: '1.0.0',
    tenant_id: 'acme',
    recorded_at: new Date(event.recordedAt).toISOString(),
    event: body,
    content_hash: contentHash(body),
    ingest: { source: 'internal' },
    emitter: { id: 'simulation' },
    redactions: [],
    writer_version: '0.0.0',
  });
}
