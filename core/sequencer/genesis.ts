import { AuditError } from '../errors.ts';
import { EMPTY_ROOT } from '../log/merkle.ts';
import { formatVerifierKey } from '../log/note.ts';
import type { Head } from '../ports.ts';
import type { Log } from './log.ts';
import { signSize } from './sign-size.ts';

/**
 * Opens the log: makes its head at size 0, signed, at deployment. Does nothing where there is one. Refuses, with
 * `integrity`, where the archive holds batches and the head is missing: an empty log over a full archive would be a
 * second history; rebuild the table from the archive instead.
 */
export async function openLog(log: Log): Promise<Head> {
  const standing = await log.heads.read();
  if (standing) return standing;
  if (await log.archive.any('commit/')) {
    throw new AuditError(
      'integrity',
      'the log has no head, yet its archive holds batches: rebuild the table from the archive',
    );
  }
  const newest = log.signers[log.signers.length - 1] ?? log.signers[0];
  const verifierKey = formatVerifierKey(log.origin, await newest.publicKey());
  const head: Head = {
    size: 0,
    root: EMPTY_ROOT,
    edge: [],
    state: 'FINAL',
    recordedAt: log.clock.now(),
    verifierKey,
    finalSize: 0,
    checkpoint: await signSize(0, EMPTY_ROOT, { verifierKey }, log),
  };
  if (await log.heads.create(head)) return head;
  return await openLog(log); // somebody else was faster
}
