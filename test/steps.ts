import { spawn } from 'node:child_process';
import { setPriority } from 'node:os';

/** A command that a script runs: what it shows, and the arguments after Node's own path. */
export interface Step {
  name: string;
  /** Arguments for the pinned Node; the first is a script. */
  args: string[];
  env?: Record<string, string>;
  /** Shows the output as it comes, or in one piece at the end; without it, at the end and only when the step fails. */
  output?: 'live' | 'after';
  /** Leaves the processors to the other steps where they want them. */
  aside?: boolean;
}

export interface StepResult {
  name: string;
  ok: boolean;
  seconds: number;
}

const LOWER = 10; // of -20 to 19

/** Runs `step` to its end. Never throws: a step that cannot start has failed. */
export async function runStep(step: Step): Promise<StepResult> {
  const started = performance.now();
  const chunks: Buffer[] = [];
  const stdout = step.output === 'live' ? 'inherit' : 'pipe';
  const child = spawn(process.execPath, step.args, {
    stdio: ['ignore', stdout, stdout],
    env: { ...process.env, ...step.env },
  });
  if (step.aside && child.pid !== undefined) setPriority(child.pid, LOWER); // before it starts others, which inherit it
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (exit) => resolve(exit ?? 1));
  });
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0 || step.output === 'after') process.stdout.write(Buffer.concat(chunks));
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${seconds.toFixed(1)} s)`);
  return { name: step.name, ok: code === 0, seconds };
}
