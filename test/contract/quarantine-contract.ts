import { expect, test } from '@jest/globals';
import { utf8 } from '../../core/encoding.ts';
import type { Quarantine, QuarantineEntry } from '../../core/ingest/quarantine.ts';

const ENTRY: QuarantineEntry = {
  id: '0123456789abcdef0123456789abcdef',
  code: 'schema_invalid',
  detail: '/payload: expected an object',
  digest: `sha256:${'ab'.repeat(32)}`,
  bytes: 12,
  source: 'sqs',
  emitterId: 'emitter-1',
  receivedAt: 1_700_000_000_000,
  refusedAt: 1_700_000_001_000,
  body: utf8('{"a":"body"}'),
};

/** What every quarantine promises; `fresh` gives an empty one. */
export function quarantineContract(fresh: () => Promise<Quarantine>): void {
  test('a refusal is new until it was reported, also when it is added again', async () => {
    const quarantine = await fresh();
    expect(await quarantine.add(ENTRY)).toBe(true);
    expect(await quarantine.add({ ...ENTRY, refusedAt: ENTRY.refusedAt + 1 })).toBe(true);
    await quarantine.markReported([ENTRY]);
    expect(await quarantine.add(ENTRY)).toBe(false);
  });

  test('another refusal is another entry', async () => {
    const quarantine = await fresh();
    await quarantine.add(ENTRY);
    await quarantine.markReported([ENTRY]);
    expect(await quarantine.add({ ...ENTRY, id: 'f'.repeat(32) })).toBe(true);
  });
}
