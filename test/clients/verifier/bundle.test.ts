import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { makeBundle } from '../../../examples/make-bundle.ts';
import { runVerifier as verify } from './run-verifier.ts';

const EXAMPLE = join(import.meta.dirname, '../../../examples/bundle');
let directory: string;
let bundle: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'verifier-'));
  bundle = join(directory, 'bundle');
  await cp(EXAMPLE, bundle, { recursive: true });
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function edit(name: string, change: (text: string) => string): Promise<void> {
  const path = join(bundle, name);
  const text = await readFile(path, 'utf8');
  const changed = change(text);
  expect(changed).not.toBe(text);
  await writeFile(path, changed);
}

test('the committed example is what the script makes, octet for octet', async () => {
  const { files, receipt } = await makeBundle();

  for (const [name, bytes] of files)
    expect(await readFile(join(EXAMPLE, name), 'utf8')).toBe(Buffer.from(bytes).toString());
  const vector = await readFile(join(EXAMPLE, '../../test/vectors/c2sp-tlog-proof-receipt.json'), 'utf8');
  expect(JSON.parse(vector)).toEqual(receipt);
});

test('the vector in the documentation is that of the example', async () => {
  const page = await readFile(join(EXAMPLE, '../../docs/formats/log.md'), 'utf8');

  for (const name of ['verifier-key', 'checkpoint']) {
    expect(page).toContain(`\`\`\`\n${await readFile(join(EXAMPLE, name), 'utf8')}\`\`\`\n`);
  }
});

test('the example verifies, with a word of warning about a key that came with it', async () => {
  const { status, out } = await verify(EXAMPLE);

  expect(status).toBe(0);
  expect(out).toContain('VERIFIED');
  expect(out).toContain('12, index 0 to 11, none missing in between');
  expect(out).toContain('This key came with the data');
});

test('a key that was given is used without that warning, as text and as a file', async () => {
  const file = join(EXAMPLE, 'verifier-key');
  const key = (await readFile(file, 'utf8')).trim();

  for (const given of [key, file]) {
    const { status, out } = await verify(EXAMPLE, '--key', given, '--json');
    expect(status).toBe(0);
    const [result] = JSON.parse(out).results;
    expect(result).toMatchObject({
      outcome: 'verified',
      kind: 'bundle',
      count: 12,
      key_source: 'given',
      notes: [expect.stringContaining('no receipt.json')],
    });
  }
});

test('one other character anywhere in the records ends with 1', async () => {
  const text = await readFile(join(bundle, 'events.ndjson'), 'utf8');
  for (let position = 0; position < text.length - 1; position += 211) {
    const other = text[position] === '0' ? '1' : '0';
    await writeFile(
      join(bundle, 'events.ndjson'),
      text.slice(0, position) + other + text.slice(position + 1),
    );
    expect([position, (await verify(bundle)).status]).toEqual([position, 1]);
  }
});

test('an edited record is named, by event, index and line', async () => {
  await edit('events.ndjson', (text) => text.replace('refund-limits', 'refund-limitz'));

  const { status, out } = await verify(bundle, '--json');

  expect(status).toBe(1);
  const [result] = JSON.parse(out).results;
  expect(result).toMatchObject({
    outcome: 'not_verified',
    checked: 5,
    failure: { code: 'content_hash_mismatch', where: { index: 5, line: 6 } },
  });
  expect((await verify(bundle)).out).toContain(`event ${result.failure.where.event_id}, index 5, line 6`);
});

test.each([
  [
    'events.ndjson',
    'a removed record',
    (text: string) => text.split('\n').toSpliced(4, 1).join('\n'),
    'manifest_mismatch',
  ],
  [
    'events.ndjson',
    'a space between two members',
    (text: string) => text.replace(',"record":', ', "record":'),
    'part_altered',
  ],
  ['events.ndjson', 'an empty line', (text: string) => text.replace('\n', '\n\n'), 'entry_malformed'],
  [
    'events.ndjson',
    'a line of three megabytes',
    (text: string) => `${'x'.repeat(3_000_000)}${text}`,
    'entry_malformed',
  ],
  [
    'disclosures.ndjson',
    'another disclosed value',
    (text: string) => text.replace('vase', 'lamp'),
    'disclosure_mismatch',
  ],
  [
    'disclosures.ndjson',
    'disclosures of no record',
    (text: string) => text.replace('"log_index":2', '"log_index":99'),
    'entry_malformed',
  ],
  ['checkpoint', 'another size', (text: string) => text.replace('\n12\n', '\n13\n'), 'signature_invalid'],
  ['checkpoint', 'nothing in it', () => '', 'note_malformed'],
  ['verifier-key', 'another octet', (text: string) => text.replace('+041b', '+041c'), 'key_malformed'],
  ['README.txt', 'another word', (text: string) => text.replace('published', 'secret'), 'part_altered'],
  [
    'manifest.json',
    'another count',
    (text: string) => text.replace('"count": 12', '"count": 13'),
    'manifest_mismatch',
  ],
  [
    'manifest.json',
    'a part outside',
    (text: string) => text.replace('"README.txt"', '"../README.txt"'),
    'manifest_malformed',
  ],
  ['manifest.json', 'no JSON', (text: string) => text.slice(1), 'manifest_malformed'],
])('%s with %s ends with 1', async (name, _, change, code) => {
  await edit(name, change);

  const { status, out } = await verify(bundle, '--json');

  expect([status, JSON.parse(out).results[0].failure.code]).toEqual([1, code]);
});

test('a part that is missing ends with 1', async () => {
  await rm(join(bundle, 'README.txt'));

  expect((await verify(bundle, '--json')).out).toContain('the file is missing');
});

test('without a manifest the records still verify, and what that leaves open is said', async () => {
  await rm(join(bundle, 'manifest.json'));

  const { status, out } = await verify(bundle);

  expect(status).toBe(0);
  expect(out).toContain('no manifest.json');
});

test('records alone verify under the checkpoint beside them', async () => {
  expect((await verify(join(bundle, 'events.ndjson'))).status).toBe(0);
});

test('records without a checkpoint beside them take the one that is given', async () => {
  const checkpoint = join(directory, 'kept');
  await cp(join(bundle, 'checkpoint'), checkpoint);
  await rm(join(bundle, 'checkpoint'));

  const records = join(bundle, 'events.ndjson');
  expect((await verify(records)).status).toBe(2);
  expect((await verify(records, '--checkpoint', checkpoint)).status).toBe(0);
});

test('a bundle verifies against a checkpoint that the reader kept', async () => {
  const { status, out } = await verify(bundle, '--checkpoint', join(EXAMPLE, 'checkpoint'));

  expect(status).toBe(0);
  expect(out).toContain('consistent  with the other checkpoint, of size 12');
});

test('disclosures in numbered parts, as exports have them, are opened and held to their commitments', async () => {
  await rename(join(bundle, 'disclosures.ndjson'), join(bundle, 'disclosures-000001.ndjson'));
  await edit('manifest.json', (text) => text.replace('disclosures.ndjson', 'disclosures-000001.ndjson'));
  expect(await verify(bundle)).toMatchObject({ status: 0, out: expect.stringContaining('disclos') });

  await edit('disclosures-000001.ndjson', (text) => text.replace(/"value":"(.)/, '"value":"$1$1'));
  expect(await verify(bundle)).toMatchObject({
    status: 1,
    out: expect.stringContaining('disclosure_mismatch'),
  });
});
