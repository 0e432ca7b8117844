import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A line of a terminal, and when it came: milliseconds since the session began. */
export interface Line {
  at: number;
  text: string;
  /** Whether somebody typed it. */
  typed: boolean;
}

/** One command of a session. */
export interface Command {
  /** As a person types it. */
  typed: string;
  /** Runs in a shell, if it is not what is typed. */
  runs?: string;
  /** What it has to end with: a verifier that finds a fault ends with 1. */
  exit: number;
}

/** Nothing is shown for longer: a minute of waiting is no minute of film. */
const LONGEST_PAUSE_MS = 1_200;
const BEFORE_TYPING_MS = 3_000;
const AFTER_TYPING_MS = 700;

/** Runs `commands` one after the other in `cwd`; throws where one does not end as it has to. */
export async function play(
  commands: readonly Command[],
  { cwd, env, follow }: { cwd: string; env: Record<string, string>; follow: (line: string) => void },
): Promise<Line[]> {
  const lines: Line[] = [];
  let shown = 0;
  for (const { typed, runs = typed, exit } of commands) {
    if (lines.length > 0) shown += BEFORE_TYPING_MS;
    lines.push({ at: shown, text: typed, typed: true });
    follow(`$ ${typed}`);
    shown += AFTER_TYPING_MS;
    const child = spawn('sh', ['-c', runs], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let last = Date.now();
    const take = (text: string) => {
      const now = Date.now();
      shown += Math.min(now - last, LONGEST_PAUSE_MS);
      last = now;
      lines.push({ at: shown, text, typed: false });
      follow(text);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', take);
    const code = await new Promise((ended) => child.on('close', ended));
    if (code !== exit) throw new Error(`"${typed}" ended with ${String(code)}, and should with ${exit}`);
  }
  return lines;
}

const TOKEN = /\baat_([a-z0-9-]+)_[0-9A-Za-z]{20,}/g;

/** A line as it may be shown to everybody: tokens by their beginning, no path of the machine that it ran on. */
export function shareable(text: string, root: string): string {
  return text.replaceAll(TOKEN, 'aat_$1_…').replaceAll(`${root}/`, '').trimEnd();
}
