import { z } from 'zod';
import { verifyReceipt } from '../../../../core/receipt/verify.ts';
import { AnswerBook, type Answered } from './answered.ts';
import type { Seen } from './pages.ts';
import type { Session } from './session.ts';
import type { WholeLog } from './whole-log.ts';

const answerSchema = z.looseObject({
  record: z.looseObject({ recorded_at: z.string(), event: z.looseObject({ occurred_at: z.string() }) }),
  receipt: z.looseObject({ log_index: z.int(), leaf_hash: z.string(), proof: z.string() }),
});

/**
 * How anybody can tell that a record was not modified: its receipt verifies offline, a copy with one change does not, and
 * the log that holds it extends the checkpoint that was held before.
 */
export async function unmodified(
  session: Session,
  change: Seen | undefined,
  log: () => Promise<WholeLog>,
): Promise<Answered> {
  const book = new AnswerBook();
  if (!change) {
    book.fault('The question before found no record to ask this of.');
    return book;
  }
  const answer = await session.get(`/v1/audit/events/${change.event.event_id}`);
  const file = await session.keep('4-record.json', JSON.stringify(answer));
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) {
    book.fault(`The answer is not a record with its receipt: ${z.prettifyError(parsed.error)}`);
    return book;
  }
  const { record, receipt } = parsed.data;
  const trust = await session.trust();
  book.verdict(
    'the record hashes to its leaf, the proof leads to the root, and the tenant’s key signed that root',
    verifyReceipt(parsed.data, trust),
    file,
  );
  // The file as somebody would alter it: the same record, said to have happened a minute later.
  const later = new Date(Date.parse(record.event.occurred_at) + 60_000).toISOString();
  const altered = { ...parsed.data, record: { ...record, event: { ...record.event, occurred_at: later } } };
  const refused = verifyReceipt(altered, trust);
  book.check(
    !refused.verified,
    refused.verified
      ? 'a copy with another time verifies too, so the check is worth nothing'
      : `a copy that says it happened a minute later is refused: ${refused.failure.code}`,
  );
  const { verdict, size } = await log();
  if (verdict)
    book.verdict(
      `the whole log of ${size} records extends the checkpoint that was taken when this session began`,
      verdict,
    );
  book.headline = `record ${receipt.log_index} verifies offline under the key of the tenant’s log; an altered copy does not`;
  book.say(
    `Record ${receipt.log_index}, recorded ${record.recorded_at}, leaf ${receipt.leaf_hash}. The log is a Merkle tree (RFC 6962), its head ` +
      'is signed with Ed25519 by a key in KMS. The check needs the file, the verifier key and no connection:',
    ['```sh', `npm run verify -- ${file} --key verifier-key`, '```'].join('\n'),
    'What this does not show by itself: a log whose newest part was rewritten, or two views for two readers. That shows ' +
      'to whoever holds a checkpoint of an earlier day, or to a witness. Keep this one:',
    ['```', checkpointOf(receipt.proof), '```'].join('\n'),
  );
  return book;
}

/** The signed note at the end of a C2SP tlog-proof. */
function checkpointOf(proof: string): string {
  return proof.slice(proof.indexOf('\n\n') + 2).trimEnd();
}
