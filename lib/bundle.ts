import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { build, type Plugin } from 'esbuild';
import { AuditError } from '../core/errors.ts';

export const FUNCTION_NAMES = [
  'write-log',
  'ingest-api',
  'read-api',
  'admin-api',
  'export-records',
  'apply-retention',
  'cosign-checkpoints',
  'deliver-webhooks',
] as const;

/** The functions of a tenant's stack; each is `lambdas/<name>/handler.ts`. */
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Where a function's code comes from; tests that look at templates alone give inline code. */
export type CodeProvider = (name: FunctionName) => Code;

/** CommonJS dependencies ask for `require`, which an ES module does not have. */
const REQUIRE_BANNER =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Zod brings its messages in fifty languages, a third of a bundle; ours are English. */
const englishOnly: Plugin = {
  name: 'english-only',
  setup: ({ onLoad }) => {
    onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, ({ path }) => ({
      contents: "export { default as en } from './en.js';",
      resolveDir: dirname(path),
    }));
  },
};

/**
 * Bundles all functions once, however many tenants there are, into `<root>/dist/lambdas/<name>/index.mjs`.
 * @throws as `buildFunctions`.
 */
export async function bundleFunctions(root: string): Promise<CodeProvider> {
  const { outputFiles } = await buildFunctions(root);
  for (const { path, contents } of outputFiles) replaceIfChanged(path, contents);
  return (name) => Code.fromAsset(join(root, 'dist', 'lambdas', name));
}

/**
 * Builds the bundles in memory; the metafile says what they are made of. What is left out of them is what a cold start would
 * read for nothing. The AWS SDK goes in: the version that was tested is the version that runs.
 * @throws AuditError `misconfigured` where a handler is missing; esbuild's own error where one does not compile.
 */
export async function buildFunctions(root: string) {
  return await build({
    absWorkingDir: root,
    entryPoints: FUNCTION_NAMES.map((name) => ({ in: handlerOf(root, name), out: `${name}/index` })),
    outdir: join(root, 'dist', 'lambdas'),
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE_BANNER },
    plugins: [englishOnly],
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
}

function handlerOf(root: string, name: FunctionName): string {
  const handler = join(root, 'lambdas', name, 'handler.ts');
  if (!existsSync(handler)) throw new AuditError('misconfigured', `function ${name}: expected ${handler}`);
  return handler;
}

/** Tenants are deployed in parallel, each by a synth of its own: nobody may read a half-written bundle. */
export function replaceIfChanged(path: string, contents: Uint8Array): void {
  if (existsSync(path) && readFileSync(path).equals(contents)) return;
  mkdirSync(dirname(path), { recursive: true });
  const scratch = join(dirname(dirname(path)), `.${process.pid}.tmp`);
  writeFileSync(scratch, contents);
  renameSync(scratch, path);
}
