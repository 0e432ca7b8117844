import { z } from 'zod';
import { AnswerBook, type Answered } from './answered.ts';
import { fetchWhole } from './fetch-export.ts';
import type { Session } from './session.ts';

const policySchema = z.looseObject({
  version: z.int(),
  policy: z.object({
    immutability_days: z.int(),
    min_days: z.int(),
    max_days: z.int(),
    archive_after_days: z.int(),
    after_termination_days: z.int(),
  }),
});

/** All of the data, as it would be taken along, and for how long it is kept after the end of the contract. */
export async function leaving(session: Session): Promise<Answered> {
  const book = new AnswerBook();
  const { name, bytes, result } = await fetchWhole(session, book, {
    format: 'ndjson',
    name: '5-everything.zip',
  });
  const shown = result.outcome === 'judged' && result.verdict.verified ? result.verdict.shown : undefined;
  if (shown) {
    const whole =
      shown.missing === 0 &&
      shown.first_index === (shown.purged ?? 0) &&
      shown.last_index === shown.tree_size - 1;
    book.check(
      whole,
      whole
        ? `nothing is left out: records ${shown.first_index} to ${shown.last_index} of a log of ${shown.tree_size}, without a hole`
        : `records are left out: ${shown.count} of ${shown.tree_size} are there`,
      name,
    );
  }
  const parsed = policySchema.safeParse(await session.get('/v1/audit/retention-policy'));
  if (!parsed.success) {
    book.fault(`The retention policy has another form than documented: ${z.prettifyError(parsed.error)}`);
    return book;
  }
  const { version, policy } = parsed.data;
  book.headline = `${shown?.count ?? 0} records in ${bytes} bytes; kept ${policy.after_termination_days} days after the end of the contract`;
  book.say(
    `**All of it**: \`${name}\`, every record with its proof, the checkpoint, the key chain, and a manifest that the log ` +
      'vouches for. NDJSON, with public formats; it verifies without us, also after we are gone.',
    [
      `**How long**, by version ${version} of the tenant's policy, which the tenant sets:`,
      '',
      `- after the end of the contract: **${policy.after_termination_days} days**`,
      `- nobody can delete before: ${policy.immutability_days} days from recording (S3 Object Lock, which only grows)`,
      `- kept at least: ${policy.min_days} days; purged after: ${policy.max_days} days`,
    ].join('\n'),
    policy.immutability_days > policy.after_termination_days
      ? `What was recorded on the last day stays locked for ${policy.immutability_days} days, which is longer than ` +
          `${policy.after_termination_days}: until then it cannot be deleted, by us or anybody.`
      : 'Locks end before that: then the archive can be deleted.',
  );
  return book;
}
