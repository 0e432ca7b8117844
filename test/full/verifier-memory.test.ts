import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { VERIFIER_KEY } from '../support/made-log.ts';

const RECORDS = 1_000_000;
const HEAP_MB = 64;
const PEAK_MB = 300;
const TIMEOUT = 1_800_000;
const ROOT = join(import.meta.dirname, '../..');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'million-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

async function run(args: string[]): Promise<{ out: string; err: string; status: number | null }> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { out, err, status: await closed };
}

test.each([
  ['an export bundle', 'writeBundle'],
  ['a whole log as tiles', 'writeTiles'],
])(
  'a million records in %s verify in a heap of 64 MB',
  async (_what, writer) => {
    const folder = join(directory, writer);
    const make = `const made = await import('./test/support/made-export.ts'); await made.${writer}(process.argv[1], ${RECORDS});`;
    const made = await run(['--max-old-space-size=4096', '--input-type=module', '--eval', make, folder]);
    expect(made).toMatchObject({ status: 0 });
    // The same main as the command's, then what it took at most.
    const verify = `
      const { main } = await import('./clients/verifier/main.ts');
      const streams = { out: (said) => process.stdout.write(said), err: () => undefined };
      process.exitCode = await main(process.argv.slice(1), streams);
      process.stderr.write(String(process.resourceUsage().maxRSS / 1024));`;
    const heap = `--max-old-space-size=${HEAP_MB}`;
    const args = [
      heap,
      '--input-type=module',
      '--eval',
      verify,
      '--',
      folder,
      '--key',
      VERIFIER_KEY,
      '--json',
    ];
    const { out, err, status } = await run(args);
    expect(status).toBe(0);
    expect(JSON.parse(out).results[0]).toMatchObject({ outcome: 'verified', count: RECORDS, missing: 0 });
    console.log(`${writer}: ${RECORDS} records, at most ${Math.round(Number(err))} MB resident`);
    expect(Number(err)).toBeLessThan(PEAK_MB);
    await rm(folder, { recursive: true });
  },
  TIMEOUT,
);
