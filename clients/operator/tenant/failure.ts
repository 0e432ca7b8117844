import { CommanderError } from 'commander';
import { isAuditError } from '../../../core/errors.ts';
import { printableLines } from './terminal.ts';

/** How a command ends: it did it, a service refused or failed, or what it was given can't be used. */
export type ExitStatus = 0 | 1 | 2;

/** The status that `error` ends a command with; `misconfigured` is thrown for arguments and files alone. */
export function exitStatusOf(error: unknown): ExitStatus {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return isAuditError(error, 'misconfigured') ? 2 : 1;
}

/** What the operator reads: what was tried, what came of it. Whole where it is a fault of ours. */
export function describeFailure(tried: string, error: unknown): string {
  const what = error instanceof Error ? error.message : String(error);
  const text = isAuditError(error) || !(error instanceof Error) ? what : (error.stack ?? what);
  return printableLines(`Could not ${tried}.\n${text}`);
}
