import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 100;
const DEFAULT_MS = 30_000;

/**
 * What `check` returns, once it does not throw: asks again until `timeout` (milliseconds) is over, then throws what it
 * threw last. For what the cloud does in its own time; never instead of an answer that can be awaited.
 */
export async function eventually<T>(
  check: () => Promise<T> | T,
  { timeout = DEFAULT_MS }: { timeout?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() >= deadline) throw error;
    }
    await delay(PAUSE_MS);
  }
}
