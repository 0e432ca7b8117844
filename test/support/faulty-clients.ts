import type { LogClients } from './own-log.ts';
import type { SeededRandom } from './seeded-random.ts';

/** How often, out of one, a call to AWS meets each fault. */
export interface CallFaults {
  /** It fails before anything was done. */
  refused: number;
  /** It was done, and the answer is lost. */
  answerLost: number;
  /** The writer is killed at it: before, or after it was done. */
  killed: number;
}

/** How often each fault was met, and how many calls there were. */
export type FaultCounts = Record<keyof CallFaults | 'calls', number>;

interface Client {
  middlewareStack: {
    add(middleware: Middleware, options: { step: 'initialize'; name: string }): void;
    addRelativeTo(
      middleware: Middleware,
      options: { relation: 'before'; toMiddleware: string; name: string },
    ): void;
  };
}
type Next = (args: object) => Promise<object>;
type Middleware = (next: Next) => Next;

/**
 * Puts faults between a writer's adapters and AWS: most of them where the SDK tries again by itself, one in five where it does
 * not and the writer has to see to it. A writer that was killed makes no further call, and none of its calls returns.
 */
export function makeFaulty(
  clients: LogClients,
  faults: CallFaults,
  random: SeededRandom,
  counts: FaultCounts,
): { isDead: () => boolean } {
  let dead = false;
  const middleware = (share: number): Middleware => {
    return (next) => async (args) => {
      if (dead) return await never();
      counts.calls++;
      const fault = pick(faults, share, random);
      if (fault) counts[fault]++;
      const before = random.chance(0.5);
      if (fault === 'killed') {
        dead = true;
        if (!before) await next(args).catch(() => undefined);
        throw new Error('killed');
      }
      if (fault === 'refused') throw timeout();
      const answer = await next(args);
      if (fault === 'answerLost') throw timeout();
      return answer;
    };
  };
  for (const client of Object.values(clients) as Client[]) {
    client.middlewareStack.add(middleware(0.2), { step: 'initialize', name: 'faultsOfTheCall' });
    client.middlewareStack.addRelativeTo(middleware(0.8), {
      relation: 'before',
      toMiddleware: 'deserializerMiddleware',
      name: 'faultsOfTheRequest',
    });
  }
  return { isDead: () => dead };
}

function pick(faults: CallFaults, share: number, random: SeededRandom): keyof CallFaults | undefined {
  let draw = random.next();
  for (const name of ['refused', 'answerLost', 'killed'] as const) {
    if (draw < faults[name] * share) return name;
    draw -= faults[name] * share;
  }
  return undefined;
}

/** What the SDK takes for a passing failure of the network. */
function timeout(): Error {
  const error = new Error('an injected fault: no answer in time');
  error.name = 'TimeoutError';
  return error;
}

function never(): Promise<never> {
  return Promise.reject(new Error('killed'));
}
