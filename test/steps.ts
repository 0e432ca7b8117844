import { spawn } from 'node:child_process';

/** A command that a script runs: what it shows, and the arguments after Node's own path. */
export interface Step {
  name: string;
  /** Arguments for the pinned Node; the first is a script. */
  args: string[];
  env?: Record<string, string>;
  /** Shows the output as it comes, instead of only when the step fails. */
  live?: boolean;
}

export interface StepResult {
  name: string;
  ok: boolean;
  seconds: number;
}

/** Runs `step` to its end. Never throws: a step that cannot start has failed. */
export async function runStep(step: Step): Promise<StepResult> {
  const started = performance.now();
  const chunks: Buffer[] = [];
  const child = spawn(process.execPath, step.args, {
    stdio: ['ignore', step.live ? 'inherit' : 'pipe', step.live ? 'inherit' : 'pipe'],
    env: { ...process.env, ...step.env },
  });
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (exit) => resolve(exit ?? 1));
  });
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) process.stdout.write(Buffer.concat(chunks));
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${step.name} (${seconds.toFixed(1)} s)`);
  return { name: step.name, ok: code === 0, seconds };
}
