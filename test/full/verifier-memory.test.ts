import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { VERIFIER_KEY } from '../support/made-log.ts';
import { PEAK_MB } from '../support/peak-memory.ts';

const RECORDS = 1_000_000;
const HEAP_MB = 64;
const MOST_MB = 300;
const GROWTH_MB = 40; // what a garbage collector that has more to do may take more, and far less than four times the data
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

/** Runs the command's own main in a heap of 64 MB over a log of `records`; resolves to the most MB that were resident. */
async function peakOf(writer: string, records: number): Promise<number> {
  const folder = join(directory, `${writer}-${records}`);
  const make = `const made = await import('./test/support/made-export.ts'); await made.${writer}(process.argv[1], ${records});`;
  const made = await run(['--max-old-space-size=4096', '--input-type=module', '--eval', make, folder]);
  expect(made).toMatchObject({ status: 0 });
  const verify = `
    const { main } = await import('./clients/verifier/main.ts');
    const streams = { out: (said) => process.stdout.write(said), err: () => undefined };
    process.exitCode = await main(process.argv.slice(1), streams);
    process.stderr.write(String(${PEAK_MB}));`;
  const node = [`--max-old-space-size=${HEAP_MB}`, '--input-type=module', '--eval', verify, '--'];
  const { out, err, status } = await run([...node, folder, '--key', VERIFIER_KEY, '--json']);
  await rm(folder, { recursive: true });
  expect(status).toBe(0);
  expect(JSON.parse(out).results[0]).toMatchObject({ outcome: 'verified', count: records, missing: 0 });
  return Number(err);
}

test.each([
  ['an export bundle', 'writeBundle'],
  ['a whole log as tiles', 'writeTiles'],
])(
  'a million records in %s verify in a heap of 64 MB, and in no more memory than a quarter of them',
  async (what, writer) => {
    const quarter = await peakOf(writer, RECORDS / 4);
    const whole = await peakOf(writer, RECORDS);
    const [small, large] = [quarter, whole].map(Math.round);
    console.log(
      `${what}: ${RECORDS / 4} records, at most ${small} MB resident; ${RECORDS} records, ${large} MB`,
    );
    expect(whole).toBeLessThan(MOST_MB);
    expect(whole - quarter).toBeLessThan(GROWTH_MB);
  },
  TIMEOUT,
);
