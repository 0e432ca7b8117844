import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { loadTenants } from '../../../lib/config/load-tenants.ts';
import { findPython } from '../local/python.ts';
import { EMULATOR_HOME, PROJECT } from '../local/state.ts';
import type { HereFacts, Reached } from './here.ts';

const run = promisify(execFile);
const PATIENCE_MS = 5_000;
const DEFAULT_INDEX = 'https://pypi.org/simple/';

/** Looks around on this machine; changes nothing. */
export async function lookHere(tenants: string): Promise<HereFacts> {
  const [python, npmRegistry, pythonIndex, ports, disk] = await Promise.all([
    findPython(process.env.AUDIT_TRAIL_PYTHON).then(
      (command) => ({ command }),
      (error: unknown) => ({ problem: firstLine(error) }),
    ),
    said('npm', ['config', 'get', 'registry']).then((address) =>
      reach(address ?? 'https://registry.npmjs.org/'),
    ),
    indexAddress().then(reach),
    listens(),
    statfs(PROJECT),
  ]);
  return {
    node: process.versions.node,
    pinnedNode: pinnedNode(),
    emulator: existsSync(join(EMULATOR_HOME, 'venv', 'requirements.sha256')),
    python,
    npmRegistry,
    pythonIndex,
    ports,
    freeDisk: disk.bavail * disk.bsize,
    memory: totalmem(),
    tenants: tenantsOf(tenants),
    platform: process.platform,
  };
}

function pinnedNode(): string | undefined {
  try {
    const file = join(PROJECT, 'node_modules', 'node', 'package.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  } catch {
    return undefined; // npm ci has not run
  }
}

function tenantsOf(folder: string): HereFacts['tenants'] {
  try {
    return { count: loadTenants(folder).length };
  } catch (error) {
    return { problem: firstLine(error) };
  }
}

async function indexAddress(): Promise<string> {
  const { PIP_INDEX_URL } = process.env;
  return (
    PIP_INDEX_URL ??
    (await said('python3', ['-m', 'pip', 'config', 'get', 'global.index-url'])) ??
    DEFAULT_INDEX
  );
}

async function said(command: string, args: readonly string[]): Promise<string | undefined> {
  return await run(command, [...args], { timeout: PATIENCE_MS, cwd: PROJECT }).then(
    ({ stdout }) => stdout.trim() || undefined,
    () => undefined, // it is not there, or has no such setting
  );
}

/** Anything that answers will do: some registries want a password at their root. */
async function reach(address: string): Promise<Reached> {
  const shown = withoutSecrets(address);
  try {
    await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(PATIENCE_MS) });
    return { address: shown };
  } catch (error) {
    const { cause, name } = error as Error & { cause?: { code?: string } };
    return { address: shown, failure: cause?.code ?? name };
  }
}

function withoutSecrets(address: string): string {
  if (!URL.canParse(address)) return 'no address';
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}

async function listens(): Promise<HereFacts['ports']> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve({ failure: error.message }));
    server.listen(0, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
