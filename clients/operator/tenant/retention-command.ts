import type { Command } from 'commander';
import { z } from 'zod';
import { at, type Reach, reaching, show, type World } from './desk.ts';

const policySchema = z.object({
  immutability_days: z.int(),
  min_days: z.int(),
  max_days: z.int(),
  archive_after_days: z.int(),
  after_termination_days: z.int(),
});
const answerSchema = z.object({
  version: z.int(),
  policy: policySchema,
  floors: z.object({ immutability_days: z.int(), min_days: z.int() }),
  changed_at: z.string().optional(),
  changed_by: z.object({ type: z.string(), id: z.string() }).optional(),
});
type Answer = z.infer<typeof answerSchema>;

/** `retention`. */
export function addRetentionCommand(program: Command, world: World): void {
  reaching(program.command('retention'))
    .description('how long records are kept, as it is in force; the tenant changes it by its API')
    .action((id: string, options: Reach) =>
      at(id, options, async (_, { admin }) => {
        const answer = await admin.request(answerSchema, 'GET', '/v1/audit/retention-policy');
        show(world, options.json, answer, inWords(answer));
      }),
    );
}

function inWords({ version, policy, floors, changed_at, changed_by }: Answer): string {
  const set = changed_by ? `set ${changed_at} by ${changed_by.type} ${changed_by.id}` : 'as deployed';
  return [
    `version         ${version}, ${set}`,
    `locked          ${policy.immutability_days} days, by S3 Object Lock (at least ${floors.immutability_days})`,
    `kept            at least ${policy.min_days} days (at least ${floors.min_days})`,
    `purged          after ${policy.max_days} days`,
    `in the table    ${policy.archive_after_days} days; then read from the archive`,
    `after the end   ${policy.after_termination_days} days`,
  ].join('\n');
}
