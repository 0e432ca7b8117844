import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { FACES } from '../../lambdas/export-records/pdf/fonts.ts';
import { bundleFunctions } from '../../lib/bundle.ts';
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
  bundleFunctions(root);
  expect(readdirSync(join(root, 'dist', 'lambdas')).sort()).toEqual(NAMES);
  const { handler } = (await import(bundleOf('read-api'))) as { handler: () => string };
  expect(handler()).toBe('read-apifunction');
});

test('an unchanged bundle is left alone, so that a deployment that reads it at the same time is not disturbed', () => {
  for (const name of NAMES) write(name, 'export const handler = 1;');
  bundleFunctions(root);
  const before = statSync(bundleOf('write-log')).ino;
  write('read-api', 'export const handler = 2;');
  bundleFunctions(root);
  expect(statSync(bundleOf('write-log')).ino).toBe(before);
});

test('a function without a handler stops the synth and is named', () => {
  write('write-log', 'export const handler = 1;');
  expect(() => bundleFunctions(root)).toThrow(
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
