import { existsSync, readFileSync, rmSync } from 'node:fs';
import { z } from 'zod';
import { writePrivateJson } from './outputs.ts';
import { isRunning, serviceSchema } from './processes.ts';

const runSchema = z.strictObject({
  started_at: z.iso.datetime(),
  /** A folder of our own below the system's temporary one, removed at the end. */
  scratch: z.string(),
  accounts: z
    .array(
      z.strictObject({
        account: z.string(),
        endpoint: z.string(),
        services: z.array(serviceSchema).readonly(),
      }),
    )
    .readonly(),
});

/** The accounts of a local cloud and the processes that belong to it; those of `AUDIT_TRAIL_ENDPOINTS` have none. */
type LocalRun = z.infer<typeof runSchema>;

/** The run that the file tells of, undefined when there is none or it cannot be read. */
export function readRun(path: string): LocalRun | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return runSchema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

export function writeRun(path: string, run: LocalRun): void {
  writePrivateJson(path, run);
}

export function removeRun(path: string): void {
  rmSync(path, { force: true });
}

/** Whether all of its processes live; a run that started none is as alive as the emulators that it was given. */
export function isWhole(run: LocalRun): boolean {
  return run.accounts.every(({ services }) => services.every(isRunning));
}
