import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ExportFormat } from '../../core/export/export-job.ts';
import { type Collection, collect } from '../../examples/grc/collect-evidence.ts';
import { ReviewedTenant } from '../clients/operator/procurement/reviewed-tenant.ts';

const PERIOD = { from: '2026-03-01T00:00:00Z', to: '2026-04-01T00:00:00Z' };

let folder: string;
let server: Server;
let url: string;
let statuses: number[];
let uploads: { authorization: string | undefined; file: File; description: string }[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grc-test-'));
  const statements = [{ evidenced: true }, { evidenced: false }];
  const made_at = '2026-11-24T10:00:00.000Z';
  await writeFile(join(folder, 'evidence.json'), JSON.stringify({ made_at, statements }));
  await writeFile(join(folder, 'package.pdf'), '%PDF of the package');
  [statuses, uploads] = [[], []];
  server = createServer((request, response) => void take(request, response));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/documents/agent-logs/uploads`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** The platform: keeps what is uploaded, or answers as the test wants. */
async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const status = statuses.shift() ?? 201;
  if (status === 201) {
    const type = { 'content-type': request.headers['content-type'] ?? '' };
    const form = await new Response(Buffer.concat(parts), { headers: type }).formData();
    const description = String(form.get('description'));
    uploads.push({
      authorization: request.headers.authorization,
      file: form.get('file') as File,
      description,
    });
  }
  response.writeHead(status, status === 429 ? { 'retry-after': '0' } : {}).end();
}

/** Brings the period's evidence; `spoil` alters a file of the export on its way. */
async function run(more: Partial<Collection> = {}, spoil?: (name: string, bytes: Uint8Array) => Uint8Array) {
  const tenant = await ReviewedTenant.open();
  const part = (_: ExportFormat, name: string, bytes: Uint8Array) => spoil?.(name, bytes) ?? bytes;
  const { exports, verifierKey: key } = await tenant.api({ part });
  const upload = { url, token: 'grc-token' };
  return await collect({ exports, key, ...PERIOD, upload, say: () => undefined, ...more });
}

test('report and package get to the platform, each with what it is', async () => {
  expect(await run({ package: folder })).toBe(2);
  expect(uploads.map(({ authorization, file }) => [authorization, file.type, file.name])).toEqual([
    ['Bearer grc-token', 'application/pdf', 'agent-audit-report-2026-03-01-to-2026-04-01.pdf'],
    ['Bearer grc-token', 'application/pdf', 'agent-audit-package.pdf'],
  ]);
  const [report, pack] = uploads;
  expect(report?.description).toMatch(
    /^\d{2,} records from 2026-03-01.*, verified against audit\.example\/acme/,
  );
  expect(await report?.file.text()).toContain('Audit report of acme');
  expect(pack?.description).toBe('2 statements of 2026-11-24T10:00:00.000Z, 1 of them not evidenced');
  expect(await pack?.file.text()).toBe('%PDF of the package');
});

test('what does not verify is not sent', async () => {
  const spoil = (name: string, bytes: Uint8Array) =>
    name === 'report.pdf' ? Uint8Array.from([...bytes.slice(0, -1), 0]) : bytes;
  await expect(run({}, spoil)).rejects.toThrow('does not verify');
  expect(uploads).toEqual([]);
});

test('a platform that is busy is asked again; one that refuses is not', async () => {
  statuses = [429, 429];
  expect(await run()).toBe(1);
  statuses = [403];
  await expect(run()).rejects.toThrow('answered 403');
  expect(uploads).toHaveLength(1);
});
