import { expect, test } from '@jest/globals';
import { utf8 } from '../../../core/encoding.ts';
import { LIMITS } from '../../../core/event/limits.ts';
import { refuse } from '../../../core/event/refusal.ts';
import { internalMessages, refusedAtDoor } from '../../../core/ingest/internal-message.ts';
import { openMessage } from '../../../core/ingest/open-message.ts';

const QUEUE_LIMIT = 1_048_576; // of SQS
const EMITTER = { id: 'token-1' };
const TERMS = { origin: 'audit.example/acme/0a1b2c3d', emitterByKid: async () => undefined };

/** What the writer reads in the messages that one delivery makes. */
async function delivered(events: readonly unknown[], refused: ReturnType<typeof refusedAtDoor>[] = []) {
  const bodies = internalMessages({ source: 'https', emitter: EMITTER, events, refused });
  const opened = await Promise.all(
    bodies.map((body, n) =>
      openMessage({ id: `m${n}`, body, sentAt: 0, receives: 1, queue: 'internal' }, TERMS),
    ),
  );
  return { bodies, opened };
}

/** An event of about `octets`, more in bytes than in characters. */
function event(n: number, octets: number) {
  return { n, text: 'é'.repeat(octets / 2) };
}

test('what is enqueued is what the writer reads: source, sender, events and refusals, in their order', async () => {
  const events = [event(0, 10), event(1, 10)];
  const refused = [refusedAtDoor({ surprise: 1 }, refuse('schema_invalid'))];
  const { opened } = await delivered(events, refused);
  expect(opened).toEqual([{ ok: true, source: 'https', emitter: EMITTER, events, refused }]);
});

test('nothing makes no message', () => {
  expect(internalMessages({ source: 'https', emitter: EMITTER, events: [] })).toEqual([]);
});

test.each([
  ['many', 500, 9_000],
  ['long', 40, LIMITS.eventBytes],
])(
  '%s events go into as few messages as hold them, none longer than the queue takes',
  async (_, count, octets) => {
    const events = Array.from({ length: count }, (_member, n) => event(n, octets - 100));
    const { bodies, opened } = await delivered(events);
    for (const body of bodies) expect(utf8(body).length).toBeLessThan(QUEUE_LIMIT);
    expect(bodies.length).toBeLessThan(2 + (count * octets) / 600_000);
    expect(opened.flatMap((message) => (message.ok ? message.events : []))).toEqual(events);
  },
);

test('a message holds 500 events and refusals at most, which is what the writer takes', async () => {
  const refused = Array.from({ length: 300 }, (_, n) => refusedAtDoor({ n }, refuse('schema_invalid')));
  const events = Array.from({ length: 300 }, (_, n) => event(n, 10));
  const { bodies, opened } = await delivered(events, refused);
  expect(bodies).toHaveLength(2);
  expect(opened.flatMap((message) => (message.ok ? message.events : []))).toEqual(events);
  expect(opened.flatMap((message) => (message.ok ? message.refused : []))).toEqual(refused);
});

test('what was refused goes on with its text, or, where that is longer than an event may be, with its digest alone', () => {
  const short = { surprise: 1 };
  expect(refusedAtDoor(short, refuse('schema_invalid', 'said why'))).toMatchObject({
    code: 'schema_invalid',
    detail: 'said why',
    digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    bytes: JSON.stringify(short).length,
    sent: short,
  });
  const long = refusedAtDoor(event(1, LIMITS.eventBytes), refuse('event_too_large'));
  expect(long.bytes).toBeGreaterThan(LIMITS.eventBytes);
  expect(long).not.toHaveProperty('sent');
});
