import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { buildFunctions, FUNCTION_NAMES, type FunctionName } from '../lib/bundle.ts';
import { emptyAws } from './empty-aws.ts';
import { FIRST_EVENTS, variablesFor } from './first-events.ts';
import { type Extent, type Line, lineOf, median, times } from './line.ts';

const ROOT = join(import.meta.dirname, '..');
const SDK = /node_modules\/(@aws-sdk|@aws-crypto|@smithy)\//;
/** Loads a function as Lambda's runtime does, gives it one event, and tells what the process has taken until its answer. */
const STARTER = `
const [file, event] = process.argv.slice(1);
const { handler } = await import(file);
const loaded = performance.now();
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 };
try { await handler(JSON.parse(event), context); } catch (error) { if (error.code !== 'unavailable') throw error; }
const answered = performance.now();
const { user, system } = process.cpuUsage();
process.stderr.write('\\n' + JSON.stringify({ loaded, answered, processor: (user + system) / 1_000 }), () => process.exit(0));`;

interface Start {
  /** Milliseconds since the process began: when its code was there, and when it had answered. */
  loaded: number;
  answered: number;
  /** Milliseconds of processor until then. */
  processor: number;
}

/**
 * How long a new process of each function takes to its first answer, its calls to AWS included, which a server of this
 * machine answers at once; beside a process that does nothing. Making the sandbox, which is Lambda's, is not in it.
 */
export async function benchColdStart({ full }: Extent): Promise<Line[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-start-'));
  const aws = await emptyAws();
  try {
    const sizes = await writeBundles(directory);
    const nothing = join(directory, 'nothing.mjs');
    await writeFile(nothing, 'export const handler = () => undefined;');
    const variables = variablesFor(aws.endpoint);
    const runs = full ? 15 : 5;
    const startsOf = (file: string, event: object) =>
      times(runs, () => start(file, JSON.stringify(event), variables));
    const lines = [lineOfStarts('cold start: node itself', await startsOf(nothing, {}))];
    for (const name of FUNCTION_NAMES) {
      const { event, answer } = FIRST_EVENTS[name];
      const starts = await startsOf(join(directory, name, 'index.mjs'), event);
      const { whole, ours } = sizes[name];
      lines.push(
        lineOfStarts(
          `cold start: ${name}`,
          starts,
          `${answer}; ${kilobytes(ours)} KB and the SDK's ${kilobytes(whole - ours)}`,
        ),
      );
    }
    return lines;
  } finally {
    aws.close();
    await rm(directory, { recursive: true });
  }
}

type Sizes = Record<FunctionName, { whole: number; ours: number }>;

/** Octets of each bundle, and how many of them are not the AWS SDK's. */
async function writeBundles(directory: string): Promise<Sizes> {
  const { outputFiles, metafile } = await buildFunctions(ROOT);
  for (const { path, contents } of outputFiles) {
    const folder = join(directory, basename(dirname(path)));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, basename(path)), contents);
  }
  const sizes: Partial<Sizes> = {};
  for (const [path, { bytes, inputs }] of Object.entries(metafile.outputs)) {
    if (path.endsWith('.map')) continue;
    const sdk = Object.entries(inputs).filter(([input]) => SDK.test(input));
    const ours = bytes - sdk.reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
    sizes[basename(dirname(path)) as FunctionName] = { whole: bytes, ours };
  }
  return sizes as Sizes;
}

function lineOfStarts(name: string, starts: readonly Start[], note?: string): Line {
  const of = (figure: keyof Start) => median(starts.map((one) => one[figure])).toFixed(0);
  const what = `loaded after ${of('loaded')} ms, ${of('processor')} ms of processor`;
  return lineOf(
    name,
    'ms',
    starts.map(({ answered }) => answered),
    note === undefined ? what : `${what}; ${note}`,
  );
}

async function start(file: string, event: string, variables: Record<string, string>): Promise<Start> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', STARTER, '--', file, event], {
    env: variables,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [status]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  if (status !== 0) throw new Error(`a function did not answer its first event: ${said}`);
  return JSON.parse(said.slice(said.lastIndexOf('\n') + 1));
}

function kilobytes(octets: number): string {
  return Math.ceil(octets / 1_024).toLocaleString('en');
}
