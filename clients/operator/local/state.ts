import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root, with a trailing separator. */
export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** Where emulator installations live: shared by all state directories, kept between runs. */
export const EMULATOR_HOME = join(PROJECT, '.local', 'emulator');

/** The default account: of tenants that share the platform account, and of an emulator that is not told otherwise. */
export const PLATFORM_ACCOUNT = '000000000000';

/** What one local run leaves on disk, all below one directory, so that two runs do not meet. */
export interface StatePaths {
  readonly dir: string;
  readonly logs: string;
  readonly assembly: string;
  readonly cdkOutputs: string;
  readonly emitters: string;
  readonly outputs: string;
  readonly run: string;
  readonly lock: string;
  readonly calls: string;
  /** What the last run of the isolation suite found, as JSON. */
  readonly isolation: string;
}

/** Paths below `dir`, which is taken relative to the repository's root. */
export function statePaths(dir: string): StatePaths {
  const root = resolve(PROJECT, dir);
  return {
    dir: root,
    logs: join(root, 'logs'),
    assembly: join(root, 'cdk.out'),
    cdkOutputs: join(root, 'cdk-outputs'),
    emitters: join(root, 'emitters'),
    outputs: join(root, 'outputs.json'),
    run: join(root, 'run.json'),
    lock: join(root, 'lock.json'),
    calls: join(root, 'calls.ndjson'),
    isolation: join(root, 'isolation.json'),
  };
}
