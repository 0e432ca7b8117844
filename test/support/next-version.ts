import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';

const ROOT = join(import.meta.dirname, '../..');

/** What the next minor version of the event's schema changes: it takes both versions, and an event may say where it ran. */
const CHANGES: Readonly<Record<string, readonly [from: string, to: string]>> = {
  'core/event/parse.ts': ['version !== SCHEMA_VERSION', "version !== SCHEMA_VERSION && version !== '1.1.0'"],
  'core/event/envelope.ts': [
    'schema_version: z.literal(SCHEMA_VERSION),',
    "schema_version: z.enum([SCHEMA_VERSION, '1.1.0']), ran_in: short().optional(),",
  ],
};

const nextMinor: Plugin = {
  name: 'next-minor',
  setup: ({ onLoad }) => {
    for (const [file, [from, to]] of Object.entries(CHANGES)) {
      onLoad({ filter: new RegExp(`${file.replaceAll('.', '\\.')}$`) }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        if (source.split(from).length !== 2) throw new Error(`${file}: expected once: ${from}`);
        return { contents: source.replace(from, to), loader: 'ts' };
      });
    }
  },
};

/** The writer's use case as the release after this one would have it: our own code, with the next minor version of the schema. */
export async function nextVersion(): Promise<typeof import('../../core/ingest/accept.ts')> {
  const directory = await mkdtemp(join(tmpdir(), 'next-version-'));
  try {
    const { outputFiles } = await build({
      absWorkingDir: ROOT,
      entryPoints: ['core/ingest/accept.ts'],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      mainFields: ['module', 'main'],
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
      plugins: [nextMinor],
      logLevel: 'error',
    });
    const file = join(directory, 'accept.mjs');
    await writeFile(file, outputFiles[0]?.contents ?? '');
    return await import(file);
  } finally {
    await rm(directory, { recursive: true });
  }
}
