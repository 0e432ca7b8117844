import { AuditError } from '../../../core/errors.ts';
import type { Clock } from '../../../core/ports.ts';
import type { Call, Gate } from '../../support/memory-cloud.ts';
import type { SeededRandom } from '../../support/seeded-random.ts';

/** How often, out of one, a call meets each fault. */
export interface Faults {
  /** The call fails before it does anything. */
  refused: number;
  /** The call is carried out, and its answer is lost: the client hears nothing, or asks again and hears the second answer. */
  answerLost: number;
  /** The call is carried out, and once more at some later time (a retry in the network). */
  duplicatedLate: number;
  /** The writer dies at the call, before or after its effect. */
  crash: number;
  /** The writer freezes for up to so many milliseconds of virtual time. */
  freeze: number;
}

/** A writer died: nothing of it goes on. */
class Crash extends Error {}

const LONGEST_FREEZE_MS = 90_000;

/**
 * Runs many writers in one thread, one store call at a time, in an order that the seed decides, under virtual time.
 * Nothing runs between two calls but pure code, so a seed is a whole history.
 */
export class Scheduler {
  #now = 1_790_000_000_000;
  #ready: (() => void)[] = [];
  #timers: { at: number; resume: () => void }[] = [];
  readonly #random: SeededRandom;
  faults: Faults | undefined;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  readonly clock: Clock = {
    now: () => this.#now,
    sleep: (ms) => new Promise((resolve) => this.#timers.push({ at: this.#now + ms, resume: resolve })),
  };

  /** Where a writer's calls pass: each waits its turn and may meet a fault. */
  readonly gate: Gate = async (call, effect) => {
    await this.#turn();
    const fault = this.#fault(call);
    if (fault === 'freeze') await this.clock.sleep(this.#random.below(LONGEST_FREEZE_MS));
    if (fault === 'refused') throw new AuditError('unavailable', `${call.store}.${call.operation} refused`);
    if (fault === 'crash') {
      if (this.#random.chance(0.5)) effect();
      return await new Promise<never>((_resolve, reject) => this.#ready.push(() => reject(new Crash())));
    }
    const value = effect();
    if (fault === 'duplicatedLate')
      this.#timers.push({ at: this.#now + this.#random.below(LONGEST_FREEZE_MS), resume: effect });
    if (fault === 'answerLost' && call.idempotent && this.#random.chance(0.5)) return effect();
    if (fault === 'answerLost')
      throw new AuditError('unavailable', `the answer of ${call.store}.${call.operation} was lost`);
    return value;
  };

  /** Runs until nothing is left to run. */
  async run(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve)); // all pure code has run when this returns
      const next = this.#take();
      if (!next) return;
      next();
    }
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => this.#ready.push(resolve));
  }

  #take(): (() => void) | undefined {
    // Time passes now and then while others are ready, so that leases expire under a running writer.
    if (this.#timers.length > 0 && (this.#ready.length === 0 || this.#random.chance(0.05))) {
      this.#timers.sort((a, b) => a.at - b.at);
      const timer = this.#timers.shift();
      this.#now = Math.max(this.#now, timer?.at ?? 0);
      return timer?.resume;
    }
    this.#now += this.#random.below(20);
    const [next] = this.#ready.splice(this.#random.below(this.#ready.length), 1);
    return next;
  }

  #fault(call: Call): keyof Faults | undefined {
    if (!this.faults) return undefined;
    let draw = this.#random.next();
    for (const [name, probability] of Object.entries(this.faults) as [keyof Faults, number][]) {
      if (draw < probability) return name === 'duplicatedLate' && !call.idempotent ? undefined : name;
      draw -= probability;
    }
    return undefined;
  }
}
