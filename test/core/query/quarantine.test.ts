import { expect, test } from '@jest/globals';
import { utf8 } from '../../../core/encoding.ts';
import { type QuarantineEntry, queryQuarantine } from '../../../core/query/quarantine.ts';

const CURSOR_KEY = utf8('a key of cursors');

function entry(position: number): QuarantineEntry {
  return {
    position: String(position).padStart(5, '0'),
    quarantine_id: `q${position}`,
    code: position % 10 === 0 ? 'claim_expired' : 'schema_invalid',
    detail: 'because',
    digest: 'sha256:00',
    bytes: 3,
    source: 'sqs',
    received_at: '2026-11-24T00:00:00.000Z',
    refused_at: '2026-11-24T00:00:01.000Z',
    ...(position === 7 ? { body: 'quarantine/q7' } : {}),
  };
}

const entries = Array.from({ length: 950 }, (_, position) => entry(position)).reverse();
const reader = {
  keys: { cursor: CURSOR_KEY },
  work: { read: async (key: string) => (key === 'quarantine/q7' ? utf8('{"a":1}') : undefined) },
  quarantine: {
    newest: async (limit: number, before?: string) =>
      entries.filter(({ position }) => before === undefined || position < before).slice(0, limit),
  },
};

test.each([
  [{ code: undefined }, 950],
  [{ code: 'claim_expired' as const }, 95],
])('paging %j shows all, newest first', async (filter, count) => {
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await queryQuarantine(reader, filter.code ? filter : {}, {
      limit: 30,
      cursor,
      personal: false,
    });
    expect(page.quarantine.length).toBeLessThanOrEqual(30);
    seen.push(...page.quarantine.map(({ quarantine_id }) => quarantine_id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  const expected = entries.filter(({ code }) => !filter.code || code === filter.code);
  expect(seen).toEqual(expected.map(({ quarantine_id }) => quarantine_id));
  expect(seen).toHaveLength(count);
});

test('content is for those who may see personal fields, and where it lies is for nobody', async () => {
  const ask = async (personal: boolean) =>
    (await queryQuarantine(reader, {}, { limit: 1_000, personal })).quarantine.filter(
      ({ quarantine_id }) => quarantine_id === 'q7',
    );
  expect(await ask(true)).toMatchObject([{ content: '{"a":1}' }]);
  const [closed] = await ask(false);
  expect(closed).not.toHaveProperty('content');
  expect(closed).not.toHaveProperty('body');
  expect(closed).not.toHaveProperty('position');
});

test('what was refused for not being text is shown without content', async () => {
  const bytes = new Uint8Array([0xff, 0xfe, 0x00]);
  const work = { read: async () => bytes };
  const { quarantine } = await queryQuarantine({ ...reader, work }, {}, { limit: 1_000, personal: true });
  const [found] = quarantine.filter(({ quarantine_id }) => quarantine_id === 'q7');
  expect(found).toMatchObject({ code: 'schema_invalid', digest: 'sha256:00' });
  expect(found).not.toHaveProperty('content');
});

test('a search for a rare code ends after 5,000 entries, with a cursor that goes on from there', async () => {
  const many = Array.from({ length: 5_100 }, (_, position) => ({
    ...entry(position),
    code: position === 0 ? 'claim_forged' : 'schema_invalid',
  })).reverse();
  const newest = async (limit: number, before?: string) =>
    many.filter(({ position }) => before === undefined || position < before).slice(0, limit);
  const ask = (cursor?: string) =>
    queryQuarantine(
      { ...reader, quarantine: { newest } },
      { code: 'claim_forged' },
      { limit: 10, cursor, personal: false },
    );
  const first = await ask();
  expect(first.quarantine).toEqual([]);
  const second = await ask(first.next_cursor ?? undefined);
  expect(second).toMatchObject({ quarantine: [{ quarantine_id: 'q0' }], next_cursor: null });
});

test('a cursor of another question is refused', async () => {
  const { next_cursor } = await queryQuarantine(reader, {}, { limit: 5, personal: false });
  const other = queryQuarantine(
    reader,
    { code: 'claim_expired' },
    { limit: 5, cursor: next_cursor ?? '', personal: false },
  );
  await expect(other).rejects.toMatchObject({ code: 'invalid_request', field: 'cursor' });
});
