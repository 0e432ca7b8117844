import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { AuditError } from '../../../core/errors.ts';
import { acquireLock } from './lock.ts';
import { EMULATOR_HOME } from './state.ts';

const run = promisify(execFile);
const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));
const MINIMUM = { major: 3, minor: 10 };
const INSTALL_TIMEOUT_MS = 300_000;

/** A Python that was asked for its version, and what came of it. */
interface PythonAttempt {
  readonly command: string;
  readonly result: string;
}

/** `3.11.7` is enough for the emulator, `3.9.2` and nonsense are not. */
export function isPythonEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > MINIMUM.major || (major === MINIMUM.major && minor >= MINIMUM.minor);
}

/** Why no Python was usable, and what to do about it on this platform. */
export function explainMissingPython(tried: readonly PythonAttempt[], platform: NodeJS.Platform): string {
  const install: Partial<Record<NodeJS.Platform, string>> = {
    darwin: 'brew install python@3.13',
    linux: "apt-get install python3 python3-venv, dnf install python3, or your distribution's way",
    win32: 'run inside WSL 2 (Linux); the emulator is not tested on Windows itself',
  };
  return [
    'The local cloud needs Python 3.10 or newer with the venv module. Tried:',
    ...tried.map(({ command, result }) => `  ${command}: ${result}`),
    `Install it (${install[platform] ?? 'https://www.python.org/downloads/'}), or name one: AUDIT_TRAIL_PYTHON=/path/to/python3.`,
    'Or use emulators that already run: AUDIT_TRAIL_ENDPOINTS=account=url,account=url.',
  ].join('\n');
}

/** A Python that can install the emulator. Throws `misconfigured`, naming those that were tried. */
export async function findPython(preferred: string | undefined): Promise<string> {
  const names = preferred
    ? [preferred]
    : ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
  const tried: PythonAttempt[] = [];
  for (const command of names) {
    try {
      // ensurepip is missing where a distribution ships venv as a package of its own.
      const probe = 'import sys, venv, ensurepip; print("%d.%d.%d" % sys.version_info[:3])';
      const version = (await run(command, ['-c', probe], { timeout: 20_000 })).stdout.trim();
      if (isPythonEnough(version)) return command;
      tried.push({ command, result: `is ${version}` });
    } catch (error) {
      const { code, stderr } = error as { code?: unknown; stderr?: string };
      const said = stderr?.trim().split('\n').at(-1);
      tried.push({ command, result: code === 'ENOENT' ? 'not found' : said || 'does not run' });
    }
  }
  throw new AuditError('misconfigured', explainMissingPython(tried, process.platform));
}

/**
 * The Python of an environment that holds the pinned emulator, made on the first run and whenever the pins
 * change. Two runs that start together install once: the second waits for the first.
 */
export async function installEmulator(preferred: string | undefined, signal: AbortSignal): Promise<string> {
  const environment = join(EMULATOR_HOME, 'venv');
  const python = join(environment, 'bin', 'python');
  const stamp = join(environment, 'requirements.sha256');
  const wanted = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex');
  const release = await waitForInstaller(signal);
  try {
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && (await runs(python))) return python;
    const base = await findPython(preferred);
    rmSync(environment, { recursive: true, force: true });
    mkdirSync(EMULATOR_HOME, { recursive: true });
    await run(base, ['-m', 'venv', environment], { timeout: INSTALL_TIMEOUT_MS, signal });
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'];
    await run(python, [...install, '-r', REQUIREMENTS], { timeout: INSTALL_TIMEOUT_MS, signal });
    writeFileSync(stamp, wanted); // last: an interrupted installation is made again
    return python;
  } catch (cause) {
    if (cause instanceof AuditError) throw cause;
    const said = (cause as { stderr?: string }).stderr?.trim().split('\n').slice(-5).join('\n  ');
    throw new AuditError(
      'unavailable',
      `The emulator could not be installed into ${environment}:\n  ${said || String(cause)}\n` +
        'Check that this machine reaches a Python package index, or use emulators that already run: ' +
        'AUDIT_TRAIL_ENDPOINTS=account=url,account=url.',
      { cause },
    );
  } finally {
    release();
  }
}

async function runs(python: string): Promise<boolean> {
  return run(python, ['-c', 'import ministack, hypercorn, cryptography'], { timeout: 20_000 }).then(
    () => true,
    () => false, // the Python that it was made from has gone
  );
}

async function waitForInstaller(signal: AbortSignal): Promise<() => void> {
  const deadline = Date.now() + INSTALL_TIMEOUT_MS;
  for (;;) {
    const attempt = acquireLock(join(EMULATOR_HOME, 'lock.json'), 'install');
    if (attempt.ok) return attempt.release;
    if (Date.now() > deadline) {
      throw new AuditError(
        'unavailable',
        `Process ${attempt.holder.pid} has been installing the emulator for too long.`,
      );
    }
    await delay(200, undefined, { signal });
  }
}
