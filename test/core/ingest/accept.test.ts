import { expect, test } from '@jest/globals';
import { fromUtf8 } from '../../../core/encoding.ts';
import { AuditError } from '../../../core/errors.ts';
import { contentHash } from '../../../core/event/canonical.ts';
import { discloseRecord } from '../../../core/record/disclosed.ts';
import { zlibCodec } from '../../../lambdas/adapters/zlib-codec.ts';
import type { Call, Gate } from '../../support/memory-cloud.ts';
import { IntakeWorld } from './intake-world.ts';

/** Makes every call that `matches` fail as a dependency does that may come back. */
function outage(matches: (call: Call) => boolean): Gate {
  return async (call, effect) => {
    if (matches(call)) throw new AuditError('unavailable', `${call.store} is down`);
    return effect();
  };
}

function disclosureObjects(world: IntakeWorld): string[] {
  return [...world.cloud.work.keys()].filter((key) => key.startsWith('disclosures/'));
}

test('five deliveries of a message make one record an event', async () => {
  const world = await IntakeWorld.open();
  const events = [world.event(), world.event()];
  const message = await world.message(events);
  for (let receives = 1; receives <= 5; receives++)
    expect(await world.accept({ ...message, receives })).toEqual([]);
  expect(world.recordedIds()).toEqual(events.map(({ event_id }) => event_id));
  expect(world.quarantine.entries.size).toBe(0);
});

test('an event that is sent again in another message, or twice in one, is recorded once', async () => {
  const world = await IntakeWorld.open();
  const event = world.event();
  const [one, other] = [await world.message([event, event]), await world.message([event])];
  expect(await world.accept(one, other)).toEqual([]);
  expect(world.recordedIds()).toEqual([event.event_id]);
  expect(world.quarantine.entries.size).toBe(0);
});

test.each(['one batch', 'two batches'])(
  'other content under a known id is a conflict, in %s',
  async (how) => {
    const world = await IntakeWorld.open();
    const event = world.event();
    const rival = { ...event, labels: { other: 'content' } };
    const messages = [await world.message([event]), await world.message([rival, world.event()])];
    if (how === 'one batch') await world.accept(...messages);
    else for (const message of messages) await world.accept(message);
    expect(world.quarantine.codes()).toEqual(['event_id_conflict']);
    expect(world.recordedIds()).toHaveLength(2);
    expect(world.records()[0]?.event.labels).toEqual(event.labels);
    expect(world.reports()).toHaveLength(1);
  },
);

test.each(['signer', 'archive', 'table', 'head', 'work', 'bus'])(
  'an outage of the %s fails the messages, and afterwards each event is there once',
  async (store) => {
    const world = await IntakeWorld.open();
    const messages = [
      await world.message([world.event(), world.event()]),
      await world.message([world.event()]),
    ];
    world.gate = outage((call) => call.store === store);
    const failed = await world.accept(...messages);
    expect(failed.sort()).toEqual(messages.map(({ id }) => id).sort());
    world.gate = undefined;
    world.now += 60_000; // the lease of a batch that was committed has run out
    expect(await world.accept(...messages.map((message) => ({ ...message, receives: 2 })))).toEqual([]);
    expect(world.recordedIds()).toHaveLength(3);
    expect(new Set(world.recordedIds()).size).toBe(3);
  },
);

test('a report that could not be written is written at the next delivery, once', async () => {
  const world = await IntakeWorld.open();
  const message = await world.message([world.event({ surprise: 1 })]);
  world.gate = outage((call) => call.store === 'signer');
  expect(await world.accept(message)).toEqual([message.id]);
  world.gate = undefined;
  world.now += 60_000;
  expect(await world.accept({ ...message, receives: 2 })).toEqual([]);
  expect(world.reports()).toHaveLength(1);
  expect(world.observed).toContainEqual({ kind: 'refused', count: 1, reasons: { schema_invalid: 1 } });
});

test('an emitter that cannot be looked up fails its own message alone', async () => {
  const world = await IntakeWorld.open();
  const [one, other] = [await world.message([world.event()]), world.event()];
  const lookUp = world.intake.emitterByKid;
  world.intake.emitterByKid = async () => {
    throw new AuditError('unavailable', 'the control table does not answer');
  };
  const internal = world.internal({ source: 'https', emitter: { id: 'token-1' }, events: [other] });
  expect(await world.accept(one, internal)).toEqual([one.id]);
  expect(world.recordedIds()).toEqual([other.event_id]);
  world.intake.emitterByKid = lookUp;
  expect(await world.accept(one)).toEqual([]);
  expect(world.recordedIds()).toHaveLength(2);
});

test('a quarantine that does not answer fails the messages whose refusals it should keep', async () => {
  const world = await IntakeWorld.open();
  const [bad, good] = [
    await world.message([world.event({ surprise: 1 })]),
    await world.message([world.event()]),
  ];
  world.quarantine.add = () =>
    Promise.reject(new AuditError('unavailable', 'the quarantine does not answer'));
  expect(await world.accept(bad, good)).toEqual([bad.id]);
  expect(world.recordedIds()).toHaveLength(1);
});

test('from the third receive on a message is appended alone', async () => {
  const world = await IntakeWorld.open();
  const messages = await Promise.all(
    [1, 2, 3, 4].map((receives) => world.message([world.event()], { receives })),
  );
  const before = world.cloud.signed.length;
  expect(await world.accept(...messages)).toEqual([]);
  expect(world.cloud.signed.length - before).toBe(3); // the first two together, the others one by one
});

test('a log that is halted fails everything and loses nothing', async () => {
  const world = await IntakeWorld.open();
  await world.intake.log.heads.halt('a person must look');
  const message = await world.message([world.event()]);
  expect(await world.accept(message)).toEqual([message.id]);
  const [failure] = world.observed;
  expect(failure).toMatchObject({ kind: 'failed', error: { code: 'integrity' } });
});

test('personal fields are disclosed by one object a batch, which opens the records', async () => {
  const world = await IntakeWorld.open();
  const events = [world.event(), world.event()];
  await world.accept(await world.message([events[0]]), await world.message([events[1]]));
  const [key = '', ...others] = disclosureObjects(world);
  expect(others).toEqual([]);
  const text = fromUtf8(zlibCodec.gunzip(world.cloud.work.get(key) ?? new Uint8Array(), 1_000_000));
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const [record] = world.records();
  if (!record) throw new Error('nothing was recorded');
  expect(JSON.stringify(record)).not.toContain(String(Reflect.get(Object(events[0]?.payload), 'goal')));
  const opened = discloseRecord(record, lines[0].disclosures);
  expect(opened.mismatched).toEqual([]);
  expect(opened.sourceHash).toBe(contentHash(Object(events[0])));
  expect(Reflect.get(opened.event.payload, 'goal')).toBe(Reflect.get(Object(events[0]?.payload), 'goal'));
});

test('a redelivery leaves no second copy of personal data behind', async () => {
  const world = await IntakeWorld.open();
  const event = world.event();
  const message = await world.message([event]);
  await world.accept(message);
  await world.accept({ ...message, receives: 2 });
  await world.accept(await world.message([event]));
  expect(disclosureObjects(world)).toHaveLength(1);
});

test('an emitter is asked for once a batch and never remembered beyond it', async () => {
  const world = await IntakeWorld.open();
  const lookUp = world.intake.emitterByKid;
  let asked = 0;
  world.intake.emitterByKid = (kid) => {
    asked++;
    return lookUp(kid);
  };
  await world.accept(await world.message([world.event()]), await world.message([world.event()]));
  expect(asked).toBe(1);
  await world.accept(await world.message([world.event()]));
  expect(asked).toBe(2);
});
