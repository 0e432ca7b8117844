import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { z } from 'zod';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What the package exports, by the name behind the slash, and the module that it is. */
const EXPORTS: Readonly<Record<string, string>> = {
  '.': 'clients/sdk/audit-trail.ts',
  './https': 'clients/sdk/https.ts',
  './sqs': 'clients/sdk/sqs.ts',
  './decisions': 'core/decision/block.ts',
  './langgraph': 'clients/sdk/adapters/langgraph.ts',
  './ai-sdk': 'clients/sdk/adapters/ai-sdk.ts',
  './openai-agents': 'clients/sdk/adapters/openai-agents.ts',
  './mcp': 'clients/sdk/adapters/mcp.ts',
};

/** What every user of the package needs. */
const DEPENDENCIES = ['canonicalize', 'jose', 'uuid', 'zod'];
/** What users of a transport or a framework have, or install themselves. */
const PEERS = ['@aws-sdk/client-sqs', '@langchain/core', '@modelcontextprotocol/sdk', '@openai/agents', 'ai'];

const rootSchema = z.object({
  version: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
});

/** Writes the SDK into `directory` as a package that npm takes: ESM with source maps, types, README, licence. */
export async function buildPackage(directory: string): Promise<void> {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  await bundle(directory);
  declarations(directory);
  writeFileSync(join(directory, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  cpSync(join(ROOT, 'clients/sdk/package/README.md'), join(directory, 'README.md'));
  cpSync(join(ROOT, 'LICENSE'), join(directory, 'LICENSE'));
}

async function bundle(directory: string): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.values(EXPORTS),
    outdir: join(directory, 'lib'),
    outbase: '.',
    bundle: true,
    splitting: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node22',
    metafile: true,
    logLevel: 'silent',
  });
  const taken = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  for (const { path } of taken.filter(({ external }) => external)) {
    const name = path
      .split('/')
      .slice(0, path.startsWith('@') ? 2 : 1)
      .join('/');
    if (path.startsWith('node:') || DEPENDENCIES.includes(name) || PEERS.includes(name)) continue;
    throw new Error(`the SDK imports ${path}: name it in clients/sdk/package/build.ts, or do without`);
  }
}

/** Types as TypeScript makes them, with the names that the files have in the package. */
function declarations(directory: string): void {
  const types = join(directory, 'types');
  const config = join(ROOT, 'clients/sdk/package/tsconfig.json');
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const run = spawnSync(process.execPath, [tsc, '-p', config, '--outDir', types], { encoding: 'utf8' });
  if (run.status !== 0)
    throw new Error(`the types of the SDK could not be made:\n${run.stdout}${run.stderr}`);
  for (const entry of readdirSync(types, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(["']\.{1,2}\/[^"']+)\.ts(["'])/g, '$1.js$2'));
  }
}

function manifest(): object {
  const root = rootSchema.parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));
  const versions = { ...root.dependencies, ...root.devDependencies };
  const ranges = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, `^${versions[name]}`]));
  const exported = Object.entries(EXPORTS).map(([name, path]) => {
    const file = path.replace(/\.ts$/, '');
    return [name, { types: `./types/${file}.d.ts`, default: `./lib/${file}.js` }];
  });
  return {
    name: 'agent-audit-trail-sdk',
    version: root.version,
    description:
      'What AI agents did and why, sent to an agent-audit-trail: never in the way of the agent, never lost.',
    license: root.license,
    type: 'module',
    engines: { node: '>=22' },
    sideEffects: false,
    exports: { ...Object.fromEntries(exported), './package.json': './package.json' },
    files: ['lib', 'types'],
    dependencies: ranges(DEPENDENCIES),
    peerDependencies: ranges(PEERS),
    peerDependenciesMeta: Object.fromEntries(PEERS.map((name) => [name, { optional: true }])),
  };
}

/** Where `npm run build:sdk` leaves it. */
export const PACKAGE = join(ROOT, 'dist/sdk');

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPackage(PACKAGE);
  process.stdout.write(`dist/sdk is ready: npm publish ${dirname('dist/sdk/package.json')}\n`);
}
