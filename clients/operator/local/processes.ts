import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

/**
 * A process that outlives the command that started it. A process id alone may be given to somebody else later,
 * so it counts only together with the time at which the process began.
 */
export const serviceSchema = z.strictObject({ pid: z.int().nonnegative(), began: z.string().min(1) });
export type Service = z.infer<typeof serviceSchema>;

const GRACE_MS = 10_000;
const POLL_MS = 50;

/** When process `pid` began, in the system's own notation; undefined when there is none (id 0), or only its zombie. */
export function processBegan(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // The name in parentheses may hold anything: fields are counted from the last parenthesis (proc(5)).
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    }
    const [state, ...began] = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .trim()
      .split(/\s+/);
    return state === undefined || state.startsWith('Z') ? undefined : began.join(' ');
  } catch {
    return undefined;
  }
}

/** Whether it is still the process that was started, not another one under the same id. */
export function isRunning(service: Service): boolean {
  return processBegan(service.pid) === service.began;
}

/** Starts a process in a group of its own, so that a Ctrl-C meant for us leaves the order of ending to us. */
export function startService(
  command: string,
  args: readonly string[],
  options: { env: Record<string, string>; cwd: string; log: string },
): Service {
  const log = openSync(options.log, 'a', 0o600);
  try {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.on('error', () => undefined); // shows as a service that is not running
    child.unref();
    const pid = child.pid ?? 0;
    return { pid, began: processBegan(pid) ?? 'never' };
  } finally {
    closeSync(log);
  }
}

function signalGroup(service: Service, signal: NodeJS.Signals): void {
  try {
    process.kill(-service.pid, signal);
  } catch {
    // gone between the check and the signal
  }
}

/**
 * Ends a process and its children: asks, waits, and insists after ten seconds. Children whose parent was killed are
 * found too: a group's id is nobody else's while a member lives, and no process has it as its own.
 */
export async function stopService(service: Service): Promise<void> {
  const began = processBegan(service.pid);
  if (service.pid === 0 || (began !== undefined && began !== service.began)) return;
  signalGroup(service, 'SIGTERM');
  const deadline = Date.now() + GRACE_MS;
  while (isRunning(service) && Date.now() < deadline) await delay(POLL_MS);
  signalGroup(service, 'SIGKILL'); // the group may have members that outlived its leader
}
