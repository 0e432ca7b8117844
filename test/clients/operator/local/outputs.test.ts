import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { apiUrl, readOutputs, writePrivateJson } from '../../../../clients/operator/local/outputs.ts';

let path: string;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outputs-test-'));
  path = join(directory, 'outputs.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

const acme = {
  tier: 'table-per-tenant',
  account: '000000000000',
  endpoint: 'http://127.0.0.1:4566',
  api_url: apiUrl('http://127.0.0.1:4566', 'abc', 'v'),
  console_url: 'http://127.0.0.1:4566/_aws/execute-api/abc/v/console/',
  queue_url: 'http://127.0.0.1:4566/000000000000/ingest',
  records_table: 'records',
  control_table: 'control',
  archive_bucket: 'archive',
  work_bucket: 'work',
  signing_key_id: 'key',
  signing_key_ids: ['key'],
  admin_function: 'admin',
  writer_function: 'writer',
  log_origin: 'audit.example.com/acme/01234567',
  verifier_key: 'audit.example.com/acme/01234567+00000000+AQ==',
  tokens: { admin: 'a', reader: 'r', writer: 'w' },
  emitter_key_file: '/tmp/acme.json',
};

test('what was written is what is read, by the owner alone, even over a file that others could read', () => {
  writeFileSync(path, '{}', { mode: 0o644 });
  const outputs = { region: 'us-east-1', tenants: { acme } };
  writePrivateJson(path, outputs);
  expect(readOutputs(path)).toEqual(outputs);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('no file is no outputs; a file of another shape is an error that names the place', () => {
  expect(readOutputs(path)).toBeUndefined();
  writeFileSync(path, 'not json');
  expect(() => readOutputs(path)).toThrow('not JSON');
  writePrivateJson(path, { region: 'us-east-1', tenants: { acme: { ...acme, tokens: {} } } });
  expect(() => readOutputs(path)).toThrow('tenants.acme.tokens');
});
