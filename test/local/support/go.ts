import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../go');
const MINUTES_3 = 180_000;

/**
 * Builds the program of `test/go` into `directory`. Where Go is missing, or the modules that the program needs can't be
 * had, `missing` says so; a program that does not compile throws.
 */
export function buildGoProgram(directory: string): { program: string } | { missing: string } {
  const go = ['go', '/usr/local/go/bin/go'].find((name) => run(name, ['version']).status === 0);
  if (go === undefined) return { missing: 'Go is not on this machine' };
  const download = run(go, ['mod', 'download']);
  if (download.status !== 0) return { missing: `golang.org/x/mod can't be downloaded: ${download.stderr}` };
  const program = join(directory, 'check');
  const build = run(go, ['build', '-o', program, '.']);
  if (build.status !== 0) throw new Error(`test/go does not compile: ${build.stderr}`);
  return { program };
}

function run(command: string, args: string[]) {
  return spawnSync(command, args, { cwd: PROGRAM, encoding: 'utf8', timeout: MINUTES_3 });
}
