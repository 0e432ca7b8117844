import { createAuditTrail } from '../../clients/sdk/audit-trail.ts';
import type { TransportFactory } from '../../clients/sdk/transport.ts';
import type { EventId } from '../../core/event/ids.ts';
import type { Clock } from '../../core/ports.ts';
import type { SeededRandom } from './seeded-random.ts';
import { play, stepsOf, type TauRun } from './tau-bench.ts';

const BETWEEN_RUNS_MS = 4 * 60_000;
const LONGEST_STEP_MS = 40_000;

/** An event as it was sent, in the sender's own words. */
export interface SentEvent {
  event_id: string;
  content_hash: string;
  json: string;
}

/** What a replay came to. */
export interface Replay {
  sent: SentEvent[];
  taken: number;
  rejected: number;
  unsent: number;
}

/** The machine's clock, but what happens within `at` happens at another time. */
class ReplayClock implements Clock {
  #scripted: number | undefined;

  now(): number {
    return this.#scripted ?? Date.now();
  }

  async sleep(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  at(time: number, happens: () => void): void {
    this.#scripted = time;
    happens();
    this.#scripted = undefined;
  }
}

/** The agent that is said to have done the runs of a trial. */
export function agentOfTrial(prefix: string, trial: number): string {
  return `${prefix}-${trial}`;
}

/**
 * Replays `runs` through the SDK as if they had begun at `start`, a few minutes after one another and overlapping; each
 * trial is an agent of its own, with a trail and a transport of its own. Resolves when everything was handed over.
 */
export async function replayRuns(
  runs: readonly TauRun[],
  options: {
    start: number;
    prefix: string;
    directory: string;
    transport: TransportFactory;
    random: SeededRandom;
  },
): Promise<Replay> {
  const { start, prefix, directory, random } = options;
  const clock = new ReplayClock();
  const sent: SentEvent[] = [];
  const transport: TransportFactory = (context) => {
    const inner = options.transport(context);
    return {
      destination: inner.destination,
      limits: inner.limits,
      send: async (events) => {
        const delivery = await inner.send(events);
        for (const [position, { event_id, content_hash, json }] of events.entries()) {
          if (delivery.verdicts[position]?.outcome === 'taken') sent.push({ event_id, content_hash, json });
        }
        return delivery;
      },
    };
  };
  const trials = [...new Set(runs.map(({ trial }) => trial))];
  const trails = new Map(
    trials.map((trial) => {
      const agent = { id: agentOfTrial(prefix, trial), version: '1.0.0', model: { name: 'gpt-4o' } };
      return [trial, createAuditTrail({ agent, transport, directory: `${directory}/${trial}`, clock })];
    }),
  );

  const turns: { time: number; playing: Iterator<EventId> }[] = [];
  for (const [position, run] of runs.entries()) {
    const trail = trails.get(run.trial);
    if (!trail) throw new Error('a run of no trial');
    const steps = stepsOf(run);
    const playing = play(steps, trail);
    let time = start + position * BETWEEN_RUNS_MS;
    for (let step = 0; step < steps.length; step++) {
      turns.push({ time, playing });
      time += 1 + random.below(LONGEST_STEP_MS);
    }
  }
  turns.sort((a, b) => a.time - b.time);
  for (const { time, playing } of turns) clock.at(time, () => playing.next());

  const report = { taken: 0, rejected: 0, unsent: 0 };
  for (const trail of trails.values()) {
    const { taken, rejected, unsent } = await trail.close();
    report.taken += taken;
    report.rejected += rejected;
    report.unsent += unsent;
  }
  return { sent, ...report };
}
