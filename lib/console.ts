import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { replaceIfChanged } from './bundle.ts';

/** What the console is built from; where none of it changed, it is not built again. */
const SOURCES = ['clients/console', 'core', 'package.json', 'package-lock.json'];

/**
 * Builds the console into `<root>/dist/lambdas/read-api/console/`, beside the code of the function that serves it, each
 * file also compressed. Call it before `bundleFunctions`, which makes an asset of that folder.
 */
export async function bundleConsole(root: string): Promise<void> {
  const outdir = join(root, 'dist', 'lambdas', 'read-api', 'console');
  const stamp = join(root, 'dist', 'console.stamp');
  const digest = digestOf(root);
  if (existsSync(join(outdir, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest)
    return;

  const { build } = await import('vite'); // a third of a second that an unchanged console does without
  mkdirSync(join(root, 'dist'), { recursive: true });
  const scratch = mkdtempSync(join(root, 'dist', '.console-'));
  try {
    await build({
      configFile: join(root, 'clients', 'console', 'vite.config.ts'),
      build: { outDir: scratch, emptyOutDir: true },
    });
    const files = filesUnder(scratch);
    // The page comes last: what it names must be there.
    for (const file of files.sort((a, b) => Number(a.endsWith('.html')) - Number(b.endsWith('.html')))) {
      const bytes = readFileSync(join(scratch, file));
      replaceIfChanged(join(outdir, file), bytes);
      replaceIfChanged(join(outdir, `${file}.br`), brotliCompressSync(bytes));
    }
    const wanted = new Set(files.flatMap((file) => [file, `${file}.br`]));
    for (const file of filesUnder(outdir)) if (!wanted.has(file)) rmSync(join(outdir, file));
    writeFileSync(stamp, digest);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function digestOf(root: string): string {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    const path = join(root, source);
    const files = source.includes('.') ? [''] : filesUnder(path).sort();
    for (const file of files) {
      hash.update(`${source}/${file}\n`);
      hash.update(
        createHash('sha256')
          .update(readFileSync(join(path, file)))
          .digest(),
      );
    }
  }
  return hash.digest('hex');
}

/** Paths of all files below `folder`, from there. */
function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
