import { toDigestText } from '../../core/encoding.ts';
import type { Checkpoint } from '../../core/log/checkpoint.ts';
import { entrySchema } from '../../core/receipt/entry.ts';
import { type Failure, failure } from '../../core/receipt/failure.ts';
import { InclusionRun } from '../../core/receipt/inclusion-run.ts';
import { openTrusted, type Trust } from '../../core/receipt/key-chain.ts';
import { verifyEntry } from '../../core/receipt/verify-record.ts';
import { signatureFailure } from '../../core/receipt/verify-signature.ts';
import type { PageEntry } from './pages.ts';

/** What this browser found out about one record. */
export type Verdict = { verified: true } | { verified: false; failure: Failure };

/** A checkpoint whose signature this browser verified under the pinned key or one that follows from it, or why it did not. */
export type SignedHead = { ok: true; checkpoint: Checkpoint; root: string } | { ok: false; failure: Failure };

export function verifyHead(note: string, trust: Trust): SignedHead {
  const opened = openTrusted(note, trust);
  if (!opened.ok) return { ok: false, failure: failure(opened.failure) };
  return { ok: true, checkpoint: opened.checkpoint, root: toDigestText(opened.checkpoint.root) };
}

/** Whether the signed tree holds this record at its place, every disclosed value is the one it commits to, and its own signature is good. */
function verifyInHead(entry: unknown, head: SignedHead, trust: Trust): Verdict {
  if (!head.ok) return { verified: false, failure: head.failure };
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) return { verified: false, failure: failure('entry_malformed') };
  const outcome = verifyEntry(parsed.data, head.checkpoint, new InclusionRun(head.checkpoint));
  const { proof, record, record_signature: signature } = parsed.data;
  const where = { index: proof.index, event_id: record.event.event_id };
  if (!outcome.ok) return { verified: false, failure: failure(outcome.code, where, outcome.detail) };
  const signed = { ...head.checkpoint, index: proof.index, leafHash: outcome.leafHash };
  const unsigned = signature === undefined ? undefined : signatureFailure(signature, signed, trust, where);
  return unsigned ? { verified: false, failure: unsigned } : { verified: true };
}

const SLICE_MS = 12; // what the page may take at a time without being felt

/**
 * Verifies the records of a page one after another, each on its own, so that one that was altered does not hide the
 * others; gives the browser its turn in between.
 */
export async function verifyRecords(
  entries: readonly PageEntry[],
  checkpoint: string,
  trust: Trust,
  signal?: AbortSignal,
): Promise<{ head: SignedHead; verdicts: Verdict[] }> {
  const head = verifyHead(checkpoint, trust);
  const verdicts: Verdict[] = [];
  let started = performance.now();
  for (const entry of entries) {
    if (signal?.aborted) break;
    verdicts.push(verifyInHead(entry, head, trust));
    if (performance.now() - started > SLICE_MS) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      started = performance.now();
    }
  }
  return { head, verdicts };
}
