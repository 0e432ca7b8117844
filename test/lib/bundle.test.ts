import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FACES } from '../../lambdas/export-records/pdf/fonts.ts';
import { buildFunctions, bundleFunctions } from '../../lib/bundle.ts';
import { bundleReportFiles } from '../../lib/report-files.ts';

const NAMES = [
  'admin-api',
  'apply-retention',
  'cosign-checkpoints',
  'deliver-webhooks',
  'export-records',
  'ingest-api',
  'read-api',
  'write-log',
];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bundle-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(name: string, source: string): void {
  mkdirSync(join(root, 'lambdas', name), { recursive: true });
  writeFileSync(join(root, 'lambdas', name, 'handler.ts'), source);
}

const bundleOf = (name: string) => join(root, 'dist', 'lambdas', name, 'index.mjs');

test('each function becomes an ES module of its own that runs as it is, CommonJS dependencies included', async () => {
  for (const name of NAMES) {
    write(
      name,
      `const os = require('node:os'); export const handler = (): string => '${name}' + typeof os.cpus;`,
    );
  }
  await bundleFunctions(root);
  expect(readdirSync(join(root, 'dist', 'lambdas')).sort()).toEqual(NAMES);
  const { handler } = (await import(bundleOf('read-api'))) as { handler: () => string };
  expect(handler()).toBe('read-apifunction');
});

test('an unchanged bundle is left alone, so that a deployment that reads it at the same time is not disturbed', async () => {
  for (const name of NAMES) write(name, 'export const handler = 1;');
  await bundleFunctions(root);
  const before = statSync(bundleOf('write-log')).ino;
  write('read-api', 'export const handler = 2;');
  await bundleFunctions(root);
  expect(statSync(bundleOf('write-log')).ino).toBe(before);
});

test('a function without a handler stops the synth and is named', async () => {
  write('write-log', 'export const handler = 1;');
  await expect(bundleFunctions(root)).rejects.toThrow(
    expect.objectContaining({
      code: 'misconfigured',
      message: expect.stringContaining('function ingest-api'),
    }),
  );
});

test('what reports are laid out with lies beside the code that does it', () => {
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
  bundleReportFiles(root);
  const beside = (folder: string) => readdirSync(join(root, 'dist', 'lambdas', 'export-records', folder));
  expect(beside('fonts').sort()).toEqual(Object.values(FACES).sort());
  expect(beside('data')).toEqual(['sRGB_IEC61966_2_1.icc']);
});

test('a bundle has less than a megabyte besides the AWS SDK, but for the one that lays reports out, and one language', async () => {
  const { metafile } = await buildFunctions(join(import.meta.dirname, '../..'));
  for (const [path, { bytes, inputs }] of Object.entries(metafile.outputs)) {
    if (path.endsWith('.map')) continue;
    const sdk = Object.entries(inputs).filter(([input]) =>
      /node_modules\/@(aws-sdk|aws-crypto|smithy)\//.test(input),
    );
    const ours = bytes - sdk.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
    const most = path.includes('export-records') ? 2_000_000 : 1_000_000;
    expect({ path, within: ours < most }).toEqual({ path, within: true });
    expect(
      Object.keys(inputs).filter((input) => /zod\/v4\/locales\/(?!en\.js|index\.js)/.test(input)),
    ).toEqual([]);
  }
}, 60_000);
