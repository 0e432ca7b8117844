import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { AuditError } from '../../../core/errors.ts';
import { operatorEnvironment } from './emulator-environment.ts';
import type { LocalOutputs } from './outputs.ts';
import { PROJECT } from './state.ts';

const AGENTS = join(PROJECT, 'examples', 'agents');

/** Whom a local emitter may speak for besides the example agents: whatever somebody tries out by hand. */
const BY_HAND = 'local-agent';

/** The agents that the local emitters may speak for. */
export function emittingAgents(): string[] {
  return [...exampleAgents(), BY_HAND];
}

/** The example agents: file names below `examples/agents` without their ending, which are also their agent ids. */
export function exampleAgents(): string[] {
  if (!existsSync(AGENTS)) return [];
  return readdirSync(AGENTS)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .sort();
}

/**
 * Runs every example agent for every tenant, each as a process of its own that finds its tenant through
 * `AUDIT_TRAIL_OUTPUTS` and `AUDIT_TRAIL_TENANT`. Tenants run beside one another, a tenant's agents in turn.
 */
export async function runDemo(options: {
  outputs: LocalOutputs;
  outputsFile: string;
  say: (line: string) => void;
  signal: AbortSignal;
}): Promise<void> {
  const { outputs, outputsFile, say, signal } = options;
  await Promise.all(
    Object.entries(outputs.tenants).map(async ([tenant, { account, endpoint }]) => {
      for (const agent of exampleAgents()) {
        const env = {
          ...operatorEnvironment(account, outputs.region, endpoint),
          AUDIT_TRAIL_OUTPUTS: outputsFile,
          AUDIT_TRAIL_TENANT: tenant,
        };
        const exit = await runAgent(agent, env, (line) => say(`  ${tenant}  ${agent}: ${line}`), signal);
        if (exit !== 0)
          throw new AuditError('unavailable', `The agent ${agent} ended with ${exit} for ${tenant}.`);
      }
    }),
  );
}

async function runAgent(
  agent: string,
  env: Record<string, string>,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<number | null> {
  const child = spawn(process.execPath, [join(AGENTS, `${agent}.ts`)], {
    cwd: PROJECT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', say);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
}
