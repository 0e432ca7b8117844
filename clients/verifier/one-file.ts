import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Writes the verifier into one file that needs Node 20.12 or newer and nothing else. */
export async function bundleVerifier(outfile: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['clients/verifier/cli.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.12',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'linked',
    logLevel: 'warning',
  });
}

if (import.meta.main) {
  await bundleVerifier('dist/verify.mjs');
  process.stdout.write('dist/verify.mjs: node verify.mjs FILE… --key VKEY\n');
}
