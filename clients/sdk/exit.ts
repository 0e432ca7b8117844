/** What a trail does when its process ends. */
export interface ExitHooks {
  /** The loop ran empty: there is time to send. */
  flush(): Promise<unknown>;
  /** No time is left: only what is synchronous happens. */
  spill(): void;
}

/**
 * Calls `hooks` when the process ends; returns what takes them off again. On SIGTERM, where `sigterm` is set, it
 * flushes for at most `graceMs`, spills the rest and lets the signal take its course, unless the agent listens to
 * the signal itself: then ending is the agent's business.
 */
export function onExit(hooks: ExitHooks, options: { sigterm: boolean; graceMs: number }): () => void {
  const beforeExit = () => void hooks.flush();
  const exit = () => hooks.spill();
  const sigterm = () => {
    const end = () => {
      hooks.spill();
      remove();
      if (process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM');
    };
    const timer = setTimeout(end, options.graceMs);
    void hooks.flush().finally(() => {
      clearTimeout(timer);
      end();
    });
  };
  const remove = () => {
    process.off('beforeExit', beforeExit).off('exit', exit).off('SIGTERM', sigterm);
  };
  process.once('beforeExit', beforeExit).once('exit', exit);
  if (options.sigterm) process.once('SIGTERM', sigterm);
  return remove;
}
