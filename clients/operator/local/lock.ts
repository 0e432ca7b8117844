import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { isRunning, processBegan, serviceSchema } from './processes.ts';

const holderSchema = serviceSchema.extend({ command: z.string() });
type LockHolder = z.infer<typeof holderSchema>;
type LockAttempt = { ok: true; release: () => void } | { ok: false; holder: LockHolder };

function readHolder(path: string): LockHolder | undefined {
  try {
    const parsed = holderSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Takes the lock file at `path` for this process, or names who holds it. A lock whose process has ended, or that
 * cannot be read, is nobody's.
 */
export function acquireLock(path: string, command: string): LockAttempt {
  mkdirSync(dirname(path), { recursive: true });
  const holder: LockHolder = { pid: process.pid, began: processBegan(process.pid) ?? 'unknown', command };
  for (;;) {
    try {
      writeFileSync(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 });
      return { ok: true, release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const current = readHolder(path);
    if (current && isRunning(current)) return { ok: false, holder: current };
    rmSync(path, { force: true });
  }
}
