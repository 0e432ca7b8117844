import { join } from 'node:path';
import { type BuildResult, build } from 'esbuild';

/** The verifier as a page would load it: one script that sets `verifier`. */
export async function browserVerifier(): Promise<BuildResult<{ write: false; metafile: true }>> {
  return await build({
    absWorkingDir: join(import.meta.dirname, '../..'),
    entryPoints: ['clients/verifier/browser.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'browser',
    conditions: ['browser'],
    format: 'iife',
    globalName: 'verifier',
    logLevel: 'silent',
  });
}
