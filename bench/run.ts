import { availableParallelism, cpus, freemem, loadavg, totalmem } from 'node:os';
import { Argument, Command } from 'commander';
import { benchColdStart } from './cold-start.ts';
import { benchConsole } from './console.ts';
import { benchCost } from './cost.ts';
import { benchExport } from './export.ts';
import type { Extent, Line } from './line.ts';
import { benchQuery } from './query.ts';
import { benchSdk } from './sdk.ts';
import { benchTimeline } from './timeline.ts';
import { benchVerify } from './verify.ts';
import { benchWriter } from './writer.ts';

const PARTS = {
  writer: benchWriter,
  verify: benchVerify,
  export: benchExport,
  timeline: benchTimeline,
  'cold-start': benchColdStart,
  cost: benchCost,
  query: benchQuery,
  console: benchConsole,
  sdk: benchSdk,
} satisfies Record<string, (extent: Extent) => Promise<Line[]>>;
type Part = keyof typeof PARTS;
const NAMES = Object.keys(PARTS) as Part[];

/** `npm run bench [-- PART…] [--full] [--json]`: figures of this machine, measured now. */
const command = new Command('npm run bench --')
  .description(
    'Measures the product on this machine, with AWS faked at the ports. Times are of processors, not of walls.',
  )
  .addArgument(new Argument('[part...]', 'what to measure; everything by default').choices(NAMES))
  .option('--full', 'more runs and larger logs: some ten minutes instead of about two')
  .option('--json', 'for machines')
  .parse();
const { full = false, json = false } = command.opts<{ full?: true; json?: true }>();
const asked = command.processedArgs[0] as Part[];

const ranOn = {
  node: process.version,
  processor: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGb: Math.round(totalmem() / 2 ** 30),
  freeGb: Math.round(freemem() / 2 ** 30),
  load: loadavg().map((load) => Number(load.toFixed(2))),
  at: new Date().toISOString(),
  extent: full ? 'full' : 'quick',
};
if (!json) console.log(describe());

const lines: Line[] = [];
for (const part of asked.length > 0 ? asked : NAMES) {
  const measured = await PARTS[part]({ full });
  lines.push(...measured);
  if (!json) for (const line of measured) console.log(rowOf(line));
}
const loadAfter = loadavg().map((load) => Number(load.toFixed(2)));
if (json) console.log(JSON.stringify({ ranOn: { ...ranOn, loadAfter }, lines }, null, 2));
else console.log(`\nLoad of the machine afterwards: ${loadAfter.join(', ')}.`);

function describe(): string {
  const { node, processor, cores, memoryGb, load, at, extent } = ranOn;
  return (
    `${at}, ${extent}: Node ${node}, ${cores} of ${processor}, ${memoryGb} GB, load ${load.join(', ')} before.\n` +
    `Medians; in brackets the least and the most of the runs. Rates are of one core.\n`
  );
}

function rowOf({ name, value, unit, spread, note }: Line): string {
  const [least, most] = spread ?? [];
  const apart =
    least === undefined || most === undefined || least === most ? '' : `[${figure(least)}, ${figure(most)}]`;
  const row = `${name.padEnd(58)} ${figure(value).padStart(9)} ${unit.padEnd(11)} ${apart.padEnd(18)} ${note ?? ''}`;
  return row.trimEnd();
}

function figure(value: number): string {
  return value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en');
}
