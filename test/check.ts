import { runStep, type Step } from './steps.ts';

/** `npm run check`: everything that can be said of the code without running it. Two at a time, as the machines have two cores. */
const STEPS: Step[] = [
  {
    name: 'format, lint, import rules',
    args: [
      'node_modules/@biomejs/biome/bin/biome',
      'ci',
      '.',
      ...(process.stdout.isTTY ? [] : ['--colors=off']),
    ],
  },
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '--noEmit'] },
  {
    name: 'types of the console',
    args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'clients/console'],
  },
  {
    name: 'types of the docs site',
    args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'docs/site/search'],
  },
  { name: 'promises', args: ['node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'dead code', args: ['node_modules/knip/bin/knip.js'] },
  { name: 'licences', args: ['clients/operator/supply-chain/cli.ts', 'licences'] },
  {
    name: 'synth and cdk-nag',
    args: [
      'node_modules/aws-cdk/bin/cdk',
      'synth',
      '--quiet',
      '--no-notices',
      '--strict',
      '--output',
      '.local/check-cdk.out',
    ],
  },
];

const waiting = [...STEPS];
const failed: string[] = [];
async function worker(): Promise<void> {
  for (let step = waiting.shift(); step; step = waiting.shift()) {
    const result = await runStep(step);
    if (!result.ok) failed.push(result.name);
  }
}
await Promise.all([worker(), worker()]);
if (failed.length > 0) {
  console.error(`\nnpm run check: ${failed.join(', ')} failed. "npm run format" mends format and imports.`);
  process.exitCode = 1;
}
