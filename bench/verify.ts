import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logDirectory } from '../clients/verifier/log-directory.ts';
import { main } from '../clients/verifier/main.ts';
import { readEntryBundle } from '../core/log/entry-bundle.ts';
import { leafHash } from '../core/log/merkle.ts';
import { appendToEdge } from '../core/log/right-edge.ts';
import { entriesPath, TILE_WIDTH } from '../core/log/tile.ts';
import { writeBundle, writeTiles } from '../test/support/made-export.ts';
import { type Line, processorSeconds } from './line.ts';

const RECORDS = 200_000; // enough for the start to count for little
const SIGNATURES = 5_000;

/**
 * Records that the verifier takes in a second of one core, from an export bundle and from a folder of tiles, beside one
 * Ed25519 verification a record in the same process, and beside Go's fsck on the same folder where AUDIT_TRAIL_FSCK names it.
 */
export async function benchVerify(): Promise<Line[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-verify-'));
  try {
    const bundle = join(directory, 'bundle');
    const tiles = join(directory, 'tiles');
    await writeBundle(bundle, RECORDS);
    await writeTiles(tiles, RECORDS);
    const signatures = await signaturesPerSecond();
    const perSecond = async (work: () => Promise<unknown>) => RECORDS / (await processorSeconds(work));
    const line = (name: string, value: number): Line => {
      const note = `${(value / signatures).toFixed(1)} times one Ed25519 verification a record`;
      return { name, value, unit: 'records/s', note };
    };
    return [
      { name: 'verify: Ed25519, one a record', value: signatures, unit: 'records/s', note: 'node:crypto' },
      line('verify: export bundle', await perSecond(() => verified(bundle))),
      line('verify: whole log as tiles', await perSecond(() => verified(tiles))),
      line('verify: its hashes alone, as fsck does', await perSecond(() => treeAlone(tiles))),
      ...fsck(tiles).map((seconds) => line('verify: Go fsck, GOMAXPROCS=1', RECORDS / seconds)),
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function verified(path: string): Promise<void> {
  const said: string[] = [];
  const status = await main([path, '--json'], { out: (text) => said.push(text), err: () => undefined });
  if (status !== 0) throw new Error(`the benchmark's own data does not verify: ${said.join('')}`);
}

/** What fsck does with a folder: bundles into leaf hashes, leaf hashes into the tree. No record is looked into. */
async function treeAlone(directory: string): Promise<void> {
  const files = logDirectory(directory);
  let edge: Uint8Array[] = [];
  for (let first = 0; first < RECORDS; first += TILE_WIDTH) {
    const width = Math.min(TILE_WIDTH, RECORDS - first);
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
