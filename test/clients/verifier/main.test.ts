import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkpointAt, consistencyOf, pageOf, receiptOf, verifierKey } from '../../core/receipt/sample.ts';
import { runVerifier as verify } from './run-verifier.ts';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'verifier-'));
});

afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function write(name: string, content: unknown): Promise<string> {
  const path = join(directory, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

test('a receipt verifies, and what it does not show is said', async () => {
  const { receipt } = await receiptOf(6, `sha256:${'0'.repeat(64)}`);

  const { status, out } = await verify(await write('receipt.json', receipt), '--key', verifierKey);

  expect(status).toBe(0);
  expect(out).toContain('Without the record');
  expect(out).toContain('source hash');
});

test('a record with its receipt verifies, and with the receipt of another it does not', async () => {
  const { record, receipt } = await receiptOf(0);
  const other = await receiptOf(1);
  const good = await write('answer.json', { record, receipt });
  const bad = await write('mixed.json', { record: other.record, receipt });

  expect((await verify(good, '--key', verifierKey)).status).toBe(0);
  expect((await verify(bad, '--key', verifierKey)).status).toBe(1);
});

test('a page verifies, with holes shown and against a kept checkpoint', async () => {
  const page = await write('page.json', await pageOf([1, 6, 8]));
  const kept = await write('kept', await checkpointAt(7));

  const { status, out } = await verify(page, '--key', verifierKey, '--checkpoint', kept);

  expect(status).toBe(0);
  expect(out).toContain('5 in between not here');
  expect(out).toContain('2-5, 7');
  expect(out).toContain('consistent  with the other checkpoint, of size 7');
});

test('the body of a webhook verifies as it came, and says what it does not show', async () => {
  const page = await pageOf([1, 6, 8]);
  const data = { origin: 'audit.example/acme/0000000a', from_index: 1, next_index: 9, ...page };
  const kept = await write('kept', await checkpointAt(7));
  const good = await write('body.json', { type: 'audit.records', data });
  const bad = await write('bad.json', { type: 'audit.records', data: { ...data, from_index: 2 } });

  const { status, out } = await verify(good, '--key', verifierKey, '--checkpoint', kept);
  expect([status, out]).toEqual([0, expect.stringContaining('its signature shows')]);
  const refused = await verify(bad, '--key', verifierKey);
  expect([refused.status, refused.out]).toEqual([1, expect.stringContaining('delivery_malformed')]);
});

test.each([
  ['an alert', { type: 'audit.integrity_alert', data: {} }, 'holds no record'],
  ['OCSF', [{ class_uid: 6003, metadata: { uid: '1' } }], 'carry no proofs'],
])('the body of a webhook that is %s says why it cannot be verified', async (_, body, problem) => {
  const { status, out } = await verify(await write('other.json', body), '--key', verifierKey);
  expect([status, out]).toEqual([2, expect.stringContaining(problem)]);
});

test('a bundle brings its consistency proof along', async () => {
  const bundle = join(directory, 'bundle');
  await mkdir(bundle);
  const { events, checkpoint } = await pageOf([0, 1]);
  await writeFile(
    join(bundle, 'events.ndjson'),
    events.map((event) => `${JSON.stringify(event)}\n`).join(''),
  );
  await writeFile(join(bundle, 'checkpoint'), checkpoint);
  await writeFile(join(bundle, 'consistency.json'), JSON.stringify(await consistencyOf(9, 12)));
  const kept = await write('kept-9', await checkpointAt(9));

  expect((await verify(bundle, '--key', verifierKey, '--checkpoint', kept)).status).toBe(0);
  await rm(join(bundle, 'consistency.json'));
  const { status, out } = await verify(bundle, '--key', verifierKey, '--checkpoint', kept);
  expect(status).toBe(1);
  expect(out).toContain('consistency_not_shown');
});

test('what cannot be read ends with 2, and says why', async () => {
  const { receipt } = await receiptOf(0);
  const good = await write('good.json', receipt);
  const cases: [string[], string][] = [
    [[join(directory, 'absent.json'), '--key', verifierKey], 'no such file'],
    [['/dev/null', '--key', verifierKey], 'no such file'],
    [[await write('text.json', 'no JSON'), '--key', verifierKey], 'CANNOT BE READ'],
    [[await write('number.json', 7), '--key', verifierKey], 'neither a receipt'],
    [[await write('other.json', {}), '--key', verifierKey], 'neither a receipt'],
    [[good], 'give one with --key'],
    [[good, '--key', 'no key'], 'neither a verifier key nor a file'],
    [[good, '--key', await write('empty-key', '')], 'holds no verifier key'],
    [[good, '--key', verifierKey, '--checkpoint', good], 'for pages'],
    [[good, '--key', verifierKey, '--checkpoint', join(directory, 'absent')], 'there is no file'],
    [[good, '--key', verifierKey, '--checkpoint', await write('huge', 'x'.repeat(1_000_001))], 'longer than'],
    [[directory, '--key', verifierKey], 'checkpoint'],
  ];
  for (const [args, problem] of cases) {
    const { status, out } = await verify(...args);
    expect([args, status]).toEqual([args, 2]);
    expect(out).toContain(problem);
  }
});

test('wrong usage ends with 2, help with 0', async () => {
  expect((await verify()).status).toBe(2);
  expect((await verify('--unknown')).status).toBe(2);
  const { status, out } = await verify('--help');
  expect(status).toBe(0);
  expect(out).toContain('Examples:');
});

test('of several files, one that does not verify outweighs one that cannot be read', async () => {
  const { receipt } = await receiptOf(0);
  const good = await write('first.json', receipt);
  const bad = await write('second.json', { ...receipt, log_index: 3 });
  const absent = join(directory, 'absent.json');

  expect((await verify(good, absent, '--key', verifierKey)).status).toBe(2);
  expect((await verify(good, absent, bad, '--key', verifierKey)).status).toBe(1);
});

test('what the data holds cannot steer the terminal, in text and in JSON', async () => {
  const page = await pageOf([0]);
  const [event] = page.events;
  Object.assign(event?.record.event ?? {}, { event_id: '\u001b]0;owned\u0007\u202e\u009b31m' });
  const file = await write('hostile.json', page);

  const text = await verify(file, '--key', verifierKey);
  const json = await verify(file, '--key', verifierKey, '--json');

  for (const { status, out } of [text, json]) {
    expect(status).toBe(1);
    expect(/[\p{Cf}\p{Cc}]/u.test(out.replaceAll('\n', ''))).toBe(false);
  }
  expect(JSON.parse(json.out).results[0].failure.where.event_id).toBe('\u001b]0;owned\u0007\u202e\u009b31m');
});

test('a line separator inside a string does not break a line of records', async () => {
  const { events } = await pageOf([0]);
  const line = JSON.stringify({ ...events[0], disclosures: undefined }).replace(
    'refund-agent',
    'refund\u2028agent',
  );
  const file = await write('separators.ndjson', `${line}\n`);
  const kept = await write('kept-12', await checkpointAt(12));

  const { out } = await verify(file, '--key', verifierKey, '--checkpoint', kept, '--json');

  // Altered, and read as one line: not as two that are no JSON.
  expect(JSON.parse(out).results[0].failure).toMatchObject({
    code: 'leaf_hash_mismatch',
    where: { line: 1 },
  });
});
