import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { capacityDocument, capacityOf } from '../lib/capacity/document.ts';
import { fits, idleCost } from '../lib/capacity/measure.ts';
import { measuredStacks } from '../lib/capacity/stacks.ts';

const PAGE = join(import.meta.dirname, '..', 'docs', 'operations', 'capacity.md');
const USAGE = `Usage: npm run capacity [-- --json | --write]

How many tenants an account holds, counted from the synthesised stack of a tenant and a dated table of AWS quotas
(lib/capacity/quotas.ts). --json prints the numbers, --write puts them into docs/operations/capacity.md.`;

process.exitCode = run(process.argv.slice(2));

function run(args: readonly string[]): number {
  const [option, ...more] = args;
  if (more.length > 0 || (option !== undefined && option !== '--json' && option !== '--write')) {
    console.error(USAGE);
    return option === '--help' && more.length === 0 ? 0 : 2;
  }
  const stacks = measuredStacks();
  if (option === '--json') {
    const { whole } = stacks;
    console.log(
      JSON.stringify({ ...capacityOf(whole), quotas: fits(whole), idle: idleCost(stacks.plain) }, null, 2),
    );
    return 0;
  }
  const text = capacityDocument(stacks);
  if (option === '--write') {
    const counted = /(?<=<!-- counted -->\n)[\s\S]*(?=\n<!-- until here -->)/;
    writeFileSync(
      PAGE,
      readFileSync(PAGE, 'utf8').replace(counted, () => text),
    );
  } else console.log(text);
  return 0;
}
