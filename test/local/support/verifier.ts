import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { PROJECT } from '../../../clients/operator/local/state.ts';

const reportSchema = z.object({
  results: z.array(
    z.looseObject({
      outcome: z.enum(['verified', 'not_verified', 'unreadable']),
      failure: z
        .looseObject({
          code: z.string(),
          where: z.object({ event_id: z.string().optional(), index: z.int().optional() }),
        })
        .optional(),
    }),
  ),
});

/** `npm run verify -- FILE --key KEY --json`: how it ended, and what it said. */
export function verifyFile(
  file: string,
  key: string,
): z.infer<typeof reportSchema> & { exit: number | null } {
  const cli = ['clients/verifier/cli.ts', file, '--key', key, '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, cli, { cwd: PROJECT, encoding: 'utf8' });
  if (stderr !== '') throw new Error(stderr);
  return { exit: status, ...reportSchema.parse(JSON.parse(stdout)) };
}
