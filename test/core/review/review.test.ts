import { expect, test } from '@jest/globals';
import { canonicalBytes } from '../../../core/event/canonical.ts';
import type { EventOf } from '../../../core/event/event.ts';
import { mintEventId } from '../../../core/event/ids.ts';
import { parseEvent } from '../../../core/event/parse.ts';
import { checkpointText, signCheckpoint } from '../../../core/log/checkpoint.ts';
import { plain } from '../../../core/narrative/phrase.ts';
import { storyOf } from '../../../core/narrative/story.ts';
import { Storyteller } from '../../../core/narrative/storyteller.ts';
import { listReviews } from '../../../core/review/list-reviews.ts';
import { makeReview } from '../../../core/review/make-review.ts';
import {
  type ReviewRequest,
  reviewEvent,
  reviewOf,
  reviewRequestSchema,
} from '../../../core/review/review.ts';
import { exampleOf } from '../event/examples.ts';
import { BERLIN, recordOf } from '../narrative/records.ts';
import { FilledLog } from '../query/filled-log.ts';

const TERMS = { reviewer: { type: 'user', id: 'u-31' }, version: '0.1.0' };

async function open(): Promise<FilledLog> {
  const log = await FilledLog.open(71);
  await log.append(3, 20);
  return log;
}

const checkpointOf = ({ cloud }: FilledLog) => cloud.head?.checkpoint ?? '';

function request(log: FilledLog, more: object = {}): ReviewRequest {
  return reviewRequestSchema.parse({
    scope: { filter: {} },
    checkpoint: checkpointOf(log),
    conclusion: 'accepted',
    ...more,
  });
}

const make = (log: FilledLog, more: object = {}) => makeReview(log.reader, request(log, more), TERMS);

test('a range is counted in the log that was looked at, not in the one that it has grown to', async () => {
  const log = await open();
  const agents = (before: number) =>
    log.known.filter(({ agentId, index }) => agentId === 'refunds' && index < before).length;
  const old = checkpointOf(log);
  const size = log.known.length;
  await log.append(2, 20);
  const scope = { filter: { agent_id: 'refunds' } };
  const { review } = await make(log, { scope, checkpoint: old });
  expect(review).toMatchObject({ event_count: agents(size), checkpoint: { tree_size: size } });
  expect((await make(log, { scope })).review.event_count).toBe(agents(Number.POSITIVE_INFINITY));
  // That nothing happened is something that can be signed for.
  const nobody = await make(log, { scope: { filter: { agent_id: 'nobody' } } });
  expect(nobody.review.event_count).toBe(0);
});

test('the longest review that is taken is an event that is taken, and reads back as it was', async () => {
  const log = await open();
  const id = '\u0001'.repeat(256);
  const scope = { filter: { agent_id: id, user_id: id, task_id: id } };
  const comment = 'é'.repeat(3_999);
  const { event, review } = await make(log, { scope, comment });
  const parsed = parseEvent(JSON.parse(JSON.stringify(event)));
  expect(parsed.ok).toBe(true);
  expect(canonicalBytes(event).length).toBeLessThan(15_000);
  expect(reviewOf(event)).toEqual(review);
});

test('a task is counted, listed once it is recorded, and asked for again it is the same review', async () => {
  const log = await open();
  const { taskId: task_id } = log.known.find(({ taskId }) => taskId !== undefined) ?? {};
  const asked = { scope: { task_id }, review_id: mintEventId(log.now, log.random), comment: 'Read.' };
  const made = await make(log, asked);
  const events = log.known.filter(({ taskId }) => taskId === task_id).length;
  expect(made).toMatchObject({ recorded: false, review: { event_count: events } });
  const first = checkpointOf(log);
  await log.appendEvents([made.event]);
  const [listed] = (await listReviews(log.reader, { task_id }, { limit: 10 })).reviews;
  expect(listed).toMatchObject({
    ...made.review,
    review_id: made.event.event_id,
    log_index: log.known.length,
  });
  expect(await make(log, { ...asked, checkpoint: first })).toEqual({ ...made, recorded: true });
  const none = make(log, { scope: { task_id: 'task-nobody' } });
  await expect(none).rejects.toMatchObject({ code: 'invalid_request', field: 'scope/task_id' });
});

test('a checkpoint of another log, an empty one, or one of a tree that is not this one is not believed', async () => {
  const log = await open();
  const field = { code: 'invalid_request', field: 'checkpoint' };
  await expect(make(log, { checkpoint: checkpointOf(await FilledLog.open(72)) })).rejects.toMatchObject(
    field,
  );
  const { size = 0, root = new Uint8Array(), verifierKey = '' } = log.cloud.head ?? {};
  const signed = async (leaves: number, hash: Uint8Array) => {
    const text = checkpointText(log.log.origin, leaves, hash);
    return await signCheckpoint(text, verifierKey, (message) => log.cloud.signer().sign(message));
  };
  await expect(make(log, { checkpoint: await signed(0, root) })).rejects.toMatchObject(field);
  // Signed by the log's own key, and yet of another history: that is no mistake of the caller.
  const integrity = { code: 'integrity' };
  await expect(make(log, { checkpoint: await signed(size + 1, root) })).rejects.toMatchObject(integrity);
  const other = root.map((octet) => octet ^ 1);
  await expect(make(log, { checkpoint: await signed(size, other) })).rejects.toMatchObject(integrity);
});

test('an id that an event has is taken, and one far from now is none', async () => {
  const log = await open();
  const known = log.known.find(({ eventType }) => eventType === 'TOOL_CALLED');
  log.now = Date.parse('2026-11-24T03:21:00.000Z');
  await expect(make(log, { review_id: known?.eventId })).rejects.toMatchObject({ code: 'conflict' });
  for (const away of [-25 * 3_600_000, 6 * 60_000]) {
    const review_id = mintEventId(log.now + away, log.random);
    await expect(make(log, { review_id })).rejects.toMatchObject({ field: 'review_id' });
  }
});

test('a review of another form, as a later version may write it, is passed over in the list and told by what is known', async () => {
  const log = await open();
  const later = {
    ...(exampleOf('REVIEW_RECORDED') as unknown as EventOf<'REVIEW_RECORDED'>),
    event_id: mintEventId(log.now, log.random),
    payload: { actor: { type: 'service' as const, id: 'svc' }, after: { conclusion: 'deferred' } },
  };
  await log.appendEvents([later]);
  const page = await listReviews(log.reader, {}, { limit: 10 });
  expect([page.reviews.length, page.total_count]).toEqual([0, 1]);
  const teller = new Storyteller('task-1', BERLIN);
  const entry = teller.add(recordOf(later, 3));
  expect(plain(entry.text)).toBe('svc reviewed a range of events and concluded: deferred');
  expect(entry.facts).toEqual([]);
  const { summary } = storyOf('task-1', teller, [entry], BERLIN, { total: 1, whole: true });
  const signedOff = summary.find(({ label }) => label === 'Signed off');
  expect(signedOff && plain(signedOff.value)).toBe('svc: deferred');
});

test('a person who signed in, a range, and another task are told as such', () => {
  const teller = new Storyteller('task-2', BERLIN);
  const review = {
    scope: { task_id: 'task-1' },
    conclusion: 'rejected' as const,
    reviewer: TERMS.reviewer,
    checkpoint: { tree_size: 1, root_hash: `sha256:${'0'.repeat(64)}` as const },
    event_count: 1,
  };
  const id = exampleOf('REVIEW_RECORDED')['event_id'] as Parameters<typeof reviewEvent>[0];
  const tell = (more: object) => teller.add(recordOf(reviewEvent(id, { ...review, ...more }, '0.1.0'), 1));
  const ofTask = tell({});
  expect([ofTask.tone, plain(ofTask.text)]).toEqual([
    'bad',
    'u-31 reviewed the task task-1 and concluded: rejected',
  ]);
  expect(ofTask.facts.map(({ value }) => plain(value))).toEqual([
    '1 event, at the checkpoint of 1 record',
    "signed in with the tenant's own identity provider",
  ]);
  const ofRange = tell({ scope: { filter: { agent_id: 'a', category: 'all' } } });
  expect(ofRange.facts.map(({ value }) => plain(value))).toContain('agent_id: a; category: all');
});
