import { readdirSync, readFileSync } from 'node:fs';
import { readRun } from '../../clients/operator/local/run-file.ts';
import { statePaths } from '../../clients/operator/local/state.ts';
import { STATE } from '../local/support/local-tenants.ts';

/** Resident memory of a process of a function over time, in megabytes. */
export interface ProcessMemory {
  /** Tenant and function. */
  name: string;
  /** What the function is given. */
  limit: number;
  samples: number[];
}

/** The processes in which the emulators of this local cloud run functions; none where there is no /proc. */
export class FunctionMemory {
  readonly #known = new Map<string, ProcessMemory>();
  readonly #emulators = new Set(
    readRun(statePaths(STATE).run)?.accounts.flatMap(({ services }) => services.map(({ pid }) => pid)),
  );

  /** Looks at all of them once. */
  sample(): void {
    for (const pid of processes()) {
      const parent = /^PPid:\s+(\d+)$/m.exec(read(pid, 'status'))?.[1];
      const resident = /^VmRSS:\s+(\d+) kB$/m.exec(read(pid, 'status'))?.[1];
      if (!parent || !resident || !this.#emulators.has(Number(parent))) continue;
      const known = this.#known.get(pid) ?? describe(pid);
      if (!known) continue;
      known.samples.push(Number(resident) / 1_024);
      this.#known.set(pid, known);
    }
  }

  /** Those that were there for `least` samples and more: what came and went cannot be said to grow. */
  longLived(least: number): ProcessMemory[] {
    return [...this.#known.values()].filter(({ samples }) => samples.length >= least);
  }
}

function processes(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

/** Empty where the process has gone meanwhile. */
function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

function describe(pid: string): ProcessMemory | undefined {
  const variables = new Map(
    read(pid, 'environ')
      .split('\0')
      .map((text): [string, string] => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
  const name = variables.get('AWS_SDK_UA_APP_ID');
  if (name === undefined) return undefined;
  return {
    name: `${variables.get('TENANT_ID')} ${name}`,
    limit: Number(variables.get('AWS_LAMBDA_FUNCTION_MEMORY_SIZE')),
    samples: [],
  };
}
