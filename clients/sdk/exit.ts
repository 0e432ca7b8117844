/** What a trail does when its process ends. */
export interface ExitHooks {
  /** There is time to send. Never rejects. */
  flush(): Promise<unknown>;
  /** No time is left: only what is synchronous happens. */
  spill(): void;
  /** Whether SIGTERM counts too. */
  sigterm: boolean;
}

const SIGTERM_GRACE_MS = 5_000;

// One set of listeners for all trails: a process that serves many tenants has many.
const registered = new Set<ExitHooks>();

/** Calls `hooks` when the process ends; returns what takes them off again. */
export function onExit(hooks: ExitHooks): () => void {
  if (registered.size === 0) process.on('beforeExit', flushAll).on('exit', spillAll);
  if (hooks.sigterm && !listensToSigterm()) process.on('SIGTERM', endOnSigterm);
  registered.add(hooks);
  return () => {
    registered.delete(hooks);
    if (registered.size === 0) process.off('beforeExit', flushAll).off('exit', spillAll);
    if (!listensToSigterm()) process.off('SIGTERM', endOnSigterm);
  };
}

function listensToSigterm(): boolean {
  return [...registered].some(({ sigterm }) => sigterm);
}

function flushAll(): void {
  for (const hooks of registered) void hooks.flush();
}

function spillAll(): void {
  for (const hooks of registered) hooks.spill();
}

/**
 * Flushes for a few seconds, spills the rest and lets the signal take its course, unless the agent listens to it
 * itself: then ending is the agent's business.
 */
function endOnSigterm(): void {
  process.off('SIGTERM', endOnSigterm);
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    clearTimeout(timer);
    spillAll();
    if (process.listenerCount('SIGTERM') === 0) process.kill(process.pid, 'SIGTERM');
  };
  const timer = setTimeout(end, SIGTERM_GRACE_MS);
  const flushes = [...registered].filter(({ sigterm }) => sigterm).map((hooks) => hooks.flush());
  void Promise.all(flushes).finally(end);
}
