import { setImmediate as turn } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { fromUtf8 } from '../../../core/encoding.ts';
import { deriveTenantKeys } from '../../../core/index/tenant-keys.ts';
import { acceptBatch } from '../../../core/ingest/accept.ts';
import type { Intake } from '../../../core/ingest/intake.ts';
import type { QueueMessage } from '../../../core/ingest/open-message.ts';
import { english } from '../../../core/narrative/messages/en.ts';
import { queryEvents } from '../../../core/query/page.ts';
import { queryTimeline } from '../../../core/query/timeline.ts';
import { verifyPage } from '../../../core/receipt/verify.ts';
import { nextVersion } from '../../support/next-version.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import type { Loose } from '../event/examples.ts';
import { IntakeWorld } from './intake-world.ts';

const OLD = '0.1.0';
const NEW = '0.2.0';
const EARLY = { schema_version: '1.1.0', ran_in: 'eu-central-1' };

let newer: typeof acceptBatch;
beforeAll(async () => {
  newer = (await nextVersion()).acceptBatch;
}, 60_000);

/** A log that writers of two versions write at once, one call to the cloud at a time, in an order that the seed decides. */
class Deployment {
  readonly world: IntakeWorld;
  readonly random: SeededRandom;
  /** Whether instances of the old version are taken away over their work: the first, and some of the others. */
  dying = false;
  #died = 0;

  constructor(world: IntakeWorld, seed: number) {
    this.world = world;
    this.random = new SeededRandom(seed);
  }

  static async open(seed: number): Promise<Deployment> {
    return new Deployment(await IntakeWorld.open(), seed);
  }

  async write(version: string, messages: readonly QueueMessage[]): Promise<string[]> {
    const accept = version === NEW ? newer : acceptBatch;
    return await accept(messages, this.world.now + 3_600_000, this.#intake(version));
  }

  #intake(version: string): Intake {
    const { world, random } = this;
    const dies = this.dying && version === OLD && (this.#died === 0 || random.chance(0.3));
    let callsLeft = dies ? random.below(10) : Number.POSITIVE_INFINITY; // a batch takes ten and more
    if (dies) this.#died++;
    const log = { ...world.intake.log };
    const gated = <Port extends object>(port: Port): Port =>
      new Proxy(port, {
        get: (target, name) => {
          const method: unknown = Reflect.get(target, name);
          if (typeof method !== 'function') return method;
          return async (...given: unknown[]) => {
            for (let turns = random.below(4); turns > 0; turns--) await turn();
            if (callsLeft-- <= 0) throw new Error('this instance was taken away');
            return await Reflect.apply(method, target, given);
          };
        },
      });
    return {
      ...world.intake,
      writerVersion: version,
      log: {
        ...log,
        heads: gated(log.heads),
        table: gated(log.table),
        archive: gated(log.archive),
        work: gated(log.work),
        clock: {
          now: () => world.now,
          sleep: async (ms) => {
            world.now += ms;
            await turn();
          },
        },
      },
    };
  }

  /** What an operator of this release reads: every record, verified. */
  async read(): Promise<Loose[]> {
    const page = await queryEvents(reader(this.world), {}, { order: 'log', limit: 1_000, personal: true });
    const key = this.world.cloud.head?.verifierKey ?? '';
    expect(await verifyPage(JSON.parse(JSON.stringify(page)), key)).toMatchObject({ verified: true });
    return page.events.map(({ record }) => record as unknown as Loose);
  }
}

function reader({ intake: { log } }: IntakeWorld) {
  return { ...log, keys: deriveTenantKeys('a secret of this test, long enough') };
}

async function messages(world: IntakeWorld, count: number): Promise<QueueMessage[]> {
  const all: QueueMessage[] = [];
  for (let n = 0; n < count; n++)
    all.push(
      await world.message(
        Array.from({ length: 3 }, (_, k) => world.event({ task: { id: `task-${n % 5}-${k}` } })),
      ),
    );
  return all;
}

describe('while code is exchanged, writers of two versions write one log', () => {
  test.each([1, 2, 3])(
    'every event once, whoever takes it, and instances of the old version die over it (seed %i)',
    async (seed) => {
      const deployment = await Deployment.open(seed);
      const { world, random } = deployment;
      const queue = await messages(world, 20);
      const wanted = queue
        .flatMap(({ body }) => JSON.parse(body).events.map(({ event_id }: Loose) => event_id))
        .sort();
      deployment.dying = true;
      const waiting = [...queue];
      let interrupted = 0;
      const writer = async (version: string) => {
        while (waiting.length > 0) {
          const batch = waiting.splice(0, 1 + random.below(4));
          const failed = new Set(await deployment.write(version, batch));
          interrupted += failed.size;
          // What is not final comes again, to whoever asks next; and some of what is final, since a deletion may be lost.
          waiting.push(...batch.filter(({ id }) => failed.has(id) || random.chance(0.1)));
        }
      };
      await Promise.all([writer(OLD), writer(NEW), writer(OLD), writer(NEW)]);
      expect(await deployment.write(NEW, queue)).toEqual([]);

      expect(interrupted).toBeGreaterThan(0);
      expect(world.recordedIds().sort()).toEqual(wanted);
      expect(world.quarantine.codes()).toEqual([]);
      const versions = (await deployment.read()).map(({ writer_version }) => writer_version);
      expect(new Set(versions)).toEqual(new Set([OLD, NEW]));
    },
  );

  test('a batch that the old version committed and did not finish is finished by the new one', async () => {
    const deployment = await Deployment.open(7);
    const { world } = deployment;
    const [first, second] = await messages(world, 2);
    if (!first || !second) throw new Error('no messages');
    world.gate = async ({ store, operation }, effect) => {
      if (store === 'signer' && operation === 'sign') throw new Error('this instance was taken away');
      return effect();
    };
    expect(await deployment.write(OLD, [first])).toEqual([first.id]);
    expect(world.cloud.head?.state).toBe('COMMITTED');
    world.gate = undefined;
    expect(await deployment.write(NEW, [second, first])).toEqual([]);
    const versions = (await deployment.read()).map(({ writer_version }) => writer_version);
    expect(versions).toEqual([OLD, OLD, OLD, NEW, NEW, NEW]);
  });
});

describe('an event of the next minor version', () => {
  test('that comes before the writer is exchanged is refused with a reason, kept, and recorded by a retry afterwards', async () => {
    const deployment = await Deployment.open(8);
    const { world } = deployment;
    const early = world.event({ ...EARLY, event_id: world.event().event_id });
    const other = world.event();
    await deployment.write(OLD, [await world.message([early, other])]);
    const [entry] = [...world.quarantine.entries.values()];
    expect(entry).toMatchObject({
      code: 'schema_version_unsupported',
      detail: '/schema_version: expected "1.0.0"',
      eventId: early.event_id,
    });
    expect(world.recordedIds()).toEqual([other.event_id]);
    expect(world.reports()[0]?.event.payload).toMatchObject({ reasons: { schema_version_unsupported: 1 } });

    const again = world.internal({
      source: 'https',
      emitter: { id: 'token-1' },
      events: [JSON.parse(fromUtf8(entry?.body ?? new Uint8Array()))],
    });
    expect(await deployment.write(NEW, [again, again])).toEqual([]);
    expect(world.recordedIds()).toEqual([other.event_id, early.event_id]);
  });

  test('that the new version recorded stays readable when the old one is brought back, and is not recorded again', async () => {
    const deployment = await Deployment.open(9);
    const { world } = deployment;
    const task = { id: 'task-of-both' };
    const message = await world.message([world.event({ ...EARLY, task })]);
    expect(await deployment.write(NEW, [message])).toEqual([]);
    expect(await deployment.write(OLD, [message])).toEqual([]);
    expect(world.quarantine.codes()).toEqual(['schema_version_unsupported']);
    expect(world.recordedIds()).toHaveLength(1);

    expect((await deployment.read()).map(({ event }) => event)).toMatchObject([EARLY]);
    const told = await queryTimeline(reader(world), task.id, {
      limit: 10,
      audience: { messages: english, reader: { timeZone: 'UTC' }, personal: true },
    });
    expect(told?.story.entries).toHaveLength(1);
  });
});
