import { expect, test } from '@jest/globals';
import { sha256 } from '#crypto';
import { fromUtf8, toDigestText, utf8 } from '../../../core/encoding.ts';
import {
  compareManifest,
  comparePart,
  isPartName,
  type Manifest,
  manifestSchema,
} from '../../../core/receipt/manifest.ts';
import type { Shown } from '../../../core/receipt/verify.ts';
import { makeBundle } from '../../../examples/make-bundle.ts';

const { files } = await makeBundle();
const manifest: Manifest = manifestSchema.parse(
  JSON.parse(fromUtf8(files.get('manifest.json') ?? new Uint8Array())),
);
const { origin, tree_size, count, verifier_key } = manifest;
const shown: Shown = {
  origin,
  tree_size,
  count,
  root: '',
  first_index: 0,
  last_index: 11,
  missing: 0,
  holes: [],
  disclosures: 0,
};

test('a manifest that says what the records show passes', () => {
  expect(compareManifest(manifest, shown, verifier_key)).toBeUndefined();
});

test('a manifest that counts other records is named, with what it says otherwise', () => {
  const { first_index: _, last_index: __, ...none } = shown;

  expect(compareManifest(manifest, { ...shown, count: 11 }, verifier_key)).toMatchObject({
    code: 'manifest_mismatch',
    detail: 'count',
  });
  expect(compareManifest(manifest, none, verifier_key)?.detail).toBe('first_index');
});

test('a part is the one that the manifest names, by size and digest', () => {
  const part = { name: 'checkpoint', bytes: 3, sha256: toDigestText(sha256(utf8('abc'))) };

  expect(comparePart(part, { bytes: 3, sha256: sha256(utf8('abc')) })).toBeUndefined();
  expect(comparePart(part, { bytes: 3, sha256: sha256(utf8('abd')) })?.code).toBe('part_altered');
  expect(comparePart(part, undefined)?.detail).toBe('the file is missing');
});

test.each([
  '../key',
  '/etc/passwd',
  'a/../b',
  '.hidden',
  'a//b',
  'a/',
  '',
  'a\\b',
  'a\u0000',
  'a'.repeat(201),
])('a part named %j makes the manifest none', (name) => {
  const [part] = manifest.parts;
  expect(manifestSchema.safeParse({ ...manifest, parts: [{ ...part, name }] }).success).toBe(false);
});

test.each([
  ['events-000001.ndjson', true],
  ['tile/0/x001/234', true],
  ['../secret', false],
  ['/etc/passwd', false],
  ['a//b', false],
  ['', false],
  ['x'.repeat(201), false],
])('%s names a file of a bundle: %s', (name, may) => expect(isPartName(name)).toBe(may));
