import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { logDirectory } from '../clients/verifier/log-directory.ts';
import { main } from '../clients/verifier/main.ts';
import { readEntryBundle } from '../core/log/entry-bundle.ts';
import { leafHash } from '../core/log/merkle.ts';
import { appendToEdge } from '../core/log/right-edge.ts';
import { entriesPath, TILE_WIDTH } from '../core/log/tile.ts';
import { writeBundle, writeTiles } from '../test/support/made-export.ts';
import { VERIFIER_KEY } from '../test/support/made-log.ts';
import { PEAK_MB } from '../test/support/peak-memory.ts';
import { type Extent, growthOf, type Line, lineOf, median, processorSeconds, times } from './line.ts';

const SIZES = [2_000, 20_000, 200_000];
const MILLION = 1_000_000;
const ROOT = join(import.meta.dirname, '..');
const SIGNATURES = 5_000;

/**
 * Records that the verifier takes in a second of one core, from an export bundle and from a folder of tiles, beside one
 * Ed25519 verification a record in the same process, and beside Go's fsck on the same folder where AUDIT_TRAIL_FSCK names it;
 * and the most memory that its command takes.
 */
export async function benchVerify({ full }: Extent): Promise<Line[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-verify-'));
  const sizes = full ? [...SIZES.slice(1), MILLION] : SIZES;
  const most = sizes.at(-1) ?? 0;
  const folderOf = (kind: string, records: number) => join(directory, `${kind}-${records}`);
  try {
    for (const records of sizes) {
      await writeBundle(folderOf('bundle', records), records);
      await writeTiles(folderOf('tiles', records), records);
    }
    const runs = full ? 5 : 3;
    const signatures = await times(runs, signaturesPerSecond);
    const line = (name: string, seconds: readonly number[]): Line => {
      const rates = seconds.map((one) => most / one);
      const ratio = (median(rates) / median(signatures)).toFixed(1);
      return lineOf(
        `verify: ${name}`,
        'records/s',
        rates,
        `${ratio} times one Ed25519 verification a record`,
      );
    };
    const secondsOf = (work: (path: string) => Promise<void>, path: string) =>
      times(runs, () => processorSeconds(() => work(path)));
    const lines = [lineOf('verify: Ed25519, one a record', 'records/s', signatures, 'node:crypto')];
    for (const [kind, name] of Object.entries({ bundle: 'export bundle', tiles: 'whole log as tiles' })) {
      const steps = [];
      for (const size of sizes) {
        const all = await secondsOf(verified, folderOf(kind, size));
        steps.push({ size, seconds: median(all) });
        if (size === most) lines.push(line(`${name}, ${most.toLocaleString('en')} records`, all));
      }
      lines.push(growthOf(`verify, records of ${kind === 'tiles' ? 'a log' : 'a bundle'}`, steps));
      const peaks: string[] = [];
      let peak = Number.NaN;
      for (const size of sizes) {
        peak = await peakOf(folderOf(kind, size));
        peaks.push(`${size.toLocaleString('en')} records ${peak.toFixed(0)} MB`);
      }
      lines.push({
        name: `verify: ${name}, most memory`,
        value: peak,
        unit: 'MB',
        note: `resident, of the whole process: ${peaks.join(', ')}`,
      });
    }
    const tiles = folderOf('tiles', most);
    const hashes = await secondsOf((path) => treeAlone(path, most), tiles);
    return [
      ...lines,
      line('its hashes alone, as fsck does', hashes),
      ...fsck(tiles).map((seconds) => line('Go fsck, GOMAXPROCS=1', [seconds])),
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The most MB that were resident while the command verified `folder`. */
async function peakOf(folder: string): Promise<number> {
  const script = `
    const { main } = await import('./clients/verifier/main.ts');
    process.exitCode = await main(process.argv.slice(1), { out: () => undefined, err: () => undefined });
    process.stderr.write(String(${PEAK_MB}));`;
  const args = ['--input-type=module', '--eval', script, '--', folder, '--key', VERIFIER_KEY, '--json'];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] });
  const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (status !== 0) throw new Error(`the benchmark's own data does not verify: ${said}`);
  return Number(said);
}

async function verified(path: string): Promise<void> {
  const said: string[] = [];
  const status = await main([path, '--json'], { out: (text) => said.push(text), err: () => undefined });
  if (status !== 0) throw new Error(`the benchmark's own data does not verify: ${said.join('')}`);
}

/** What fsck does with a folder: bundles into leaf hashes, leaf hashes into the tree. No record is looked into. */
async function treeAlone(directory: string, records: number): Promise<void> {
  const files = logDirectory(directory);
  let edge: Uint8Array[] = [];
  for (let first = 0; first < records; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, records - first);
    const bytes = await files.read(entriesPath(first / TILE_WIDTH, width));
    const leaves = readEntryBundle(bytes ?? new Uint8Array(), width) ?? [];
    edge = appendToEdge(edge, first, leaves.map(leafHash)).edge;
  }
}

async function signaturesPerSecond(): Promise<number> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const signed = Array.from({ length: SIGNATURES }, (_, index) => {
    const leaf = `sha256:${'0'.repeat(64)}`;
    const message = Buffer.from(`audit-record v1\naudit.example/acme/0000000b\n${index}\n${leaf}\n`);
    return { message, signature: sign(null, message, privateKey) };
  });
  const seconds = await processorSeconds(async () => {
    for (const { message, signature } of signed)
      if (!verify(null, message, publicKey, signature)) throw new Error('a signature does not verify');
  });
  return SIGNATURES / seconds;
}

/** Processor seconds of Go's fsck on the folder; none where it is not installed (docs/verify-with-other-tools.md). */
function fsck(directory: string): number[] {
  const program = process.env.AUDIT_TRAIL_FSCK;
  if (program === undefined) return [];
  const key = join(directory, 'verifier-key');
  const script = 'TIMEFORMAT="%U %S"; time "$0" --storage_url "file://$1/" --public_key "$2" --ui=false';
  const { stderr } = spawnSync('bash', ['-c', script, program, directory, key], {
    encoding: 'utf8',
    env: { ...process.env, GOMAXPROCS: '1' },
  });
  if (!stderr.includes("Successfully fsck'd")) throw new Error(`fsck did not verify the log: ${stderr}`);
  const [user = '', system = ''] = stderr.trimEnd().split('\n').at(-1)?.split(' ') ?? [];
  return [Number(user) + Number(system)];
}
