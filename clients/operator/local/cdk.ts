import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { AuditError } from '../../../core/errors.ts';
import { tail } from './emulator.ts';
import { PROJECT } from './state.ts';

/** A custom resource whose function fails never answers, and the emulator waits for it: nothing takes this long. */
const LIMIT_MS = 240_000;

/** The real CDK CLI of the repository, run in `cwd` with its output in `log`; throws with the log's end. */
export async function cdk(
  args: readonly string[],
  options: { env: Record<string, string>; cwd: string; log: string; signal: AbortSignal },
): Promise<void> {
  const cli = join(PROJECT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const late = AbortSignal.timeout(LIMIT_MS);
  const log = openSync(options.log, 'w', 0o600);
  const exit = await new Promise<number | null>((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args, '--ci', '--no-notices'], {
      cwd: options.cwd,
      env: options.env,
      stdio: ['ignore', log, log],
      signal: AbortSignal.any([options.signal, late]),
    });
    child.on('error', reject);
    child.on('close', resolve);
  })
    .catch((error: unknown) => {
      if (late.aborted) return null;
      throw error;
    })
    .finally(() => closeSync(log));
  if (exit !== 0) {
    throw new AuditError(
      'unavailable',
      `cdk ${args[0]} ${late.aborted ? 'took too long' : `ended with ${exit}`}. See the other logs beside it too. The end of ${options.log}:\n${tail(options.log, 30)}`,
    );
  }
}
