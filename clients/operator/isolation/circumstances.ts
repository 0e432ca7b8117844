import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { LocalOutputs } from '../local/outputs.ts';
import { PROJECT } from '../local/state.ts';
import type { Circumstances } from './report.ts';

const packageSchema = z.object({
  version: z.string(),
  dependencies: z.object({ 'aws-cdk-lib': z.string() }),
});

/** When, with which versions, and on which tenants a run is made. */
export function circumstancesOf({ tenants }: LocalOutputs, now: number): Circumstances {
  const { dependencies } = readPackage();
  const requirements = readFileSync(join(PROJECT, 'clients/operator/local/requirements.txt'), 'utf8');
  const [, emulator = 'unknown'] = /^ministack==(\S+)/m.exec(requirements) ?? [];
  return {
    date: new Date(now).toISOString(),
    versions: {
      'agent-audit-trail': versionOf(),
      'AWS CDK': dependencies['aws-cdk-lib'],
      'AWS emulator': `MiniStack ${emulator}`,
      Node: process.version,
    },
    tenants: Object.entries(tenants).map(([id, { tier, account }]) => ({ id, tier, account })),
  };
}

/** Version and commit of the product. */
export function versionOf(): string {
  return `${readPackage().version}, commit ${commit()}`;
}

function readPackage() {
  return packageSchema.parse(JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')));
}

/** The commit that is checked out, marked where files differ from it. */
function commit(): string {
  try {
    const args = ['describe', '--always', '--dirty', '--exclude=*'];
    return execFileSync('git', args, {
      cwd: PROJECT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown'; // a copy without its history
  }
}
