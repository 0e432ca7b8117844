import { benchCost } from './cost.ts';
import type { Line } from './line.ts';
import { benchQuery } from './query.ts';
import { benchVerify } from './verify.ts';

/** `npm run bench [-- --json]`: figures of this machine, measured now. */
const PARTS: readonly (() => Promise<Line[]>)[] = [benchVerify, benchCost, benchQuery];

const lines: Line[] = [];
for (const part of PARTS) lines.push(...(await part()));
if (process.argv.includes('--json')) console.log(JSON.stringify({ lines }, null, 2));
else {
  for (const { name, value, unit, note } of lines) {
    const figure = value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en');
    console.log(`${name.padEnd(56)} ${figure.padStart(10)} ${unit}${note === undefined ? '' : `   ${note}`}`);
  }
}
