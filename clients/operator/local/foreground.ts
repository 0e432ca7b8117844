import { isAuditError } from '../../../core/errors.ts';
import { createProgress, type Progress } from './progress.ts';

/** Progress on the terminal. */
export function localProgress(): Progress {
  return createProgress(
    (line) => console.log(line),
    () => performance.now(),
  );
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs `work` with a signal that the first Ctrl-C or SIGTERM raises; later ones change nothing, the end is near. */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  for (const name of SIGNALS) process.on(name, interrupt);
  try {
    await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    process.exitCode = 130;
  } finally {
    for (const name of SIGNALS) process.off(name, interrupt);
  }
}

/** What a person should read: the message of an error that we foresaw, everything about one that we did not. */
export function describeFailure(error: unknown): string {
  if (isAuditError(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
