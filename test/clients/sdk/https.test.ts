import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { https } from '../../../clients/sdk/https.ts';
import { type Answer, type Heard, withServer } from './loopback.ts';
import { memoryTrail } from './memory-transport.ts';

const bodyOf = ({ headers, body }: Heard) =>
  JSON.parse(String(headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
const accepted: Answer = { status: 202, body: { accepted: [], rejected: [] } };

function trailTo(url: string) {
  return memoryTrail({
    transport: https({ apiUrl: `${url}/live/`, token: 'aat_acme_x' }),
    retry: { attempts: 3 },
  });
}

test('events go to the API with the token, compressed when that pays', async () => {
  await withServer(
    () => accepted,
    async (url, heard) => {
      const { trail } = trailTo(url);
      const task = trail.startTask({ goal: 'g', user_id: 'u' });
      await trail.flush();
      task.message({ role: 'user', content: 'x'.repeat(10_000) });
      expect(await trail.close()).toMatchObject({ taken: 1 });
      expect(heard.map(({ path, headers }) => [path, headers['content-encoding']])).toEqual([
        ['/live/v1/audit/events', undefined],
        ['/live/v1/audit/events', 'gzip'],
      ]);
      expect(heard.every(({ headers }) => headers.authorization === 'Bearer aat_acme_x')).toBe(true);
      expect(heard.map((request) => bodyOf(request).events[0].event_type)).toEqual([
        'TASK_INITIATED',
        'MESSAGE_EXCHANGED',
      ]);
    },
  );
});

test('of a batch, only what the API rejects is rejected', async () => {
  await withServer(
    () => ({
      status: 202,
      body: { accepted: [], rejected: [{ index: 1, code: 'event_id_conflict', detail: 'd' }] },
    }),
    async (url) => {
      const { trail, problems } = trailTo(url);
      trail.startTask({ goal: 'g', user_id: 'u' }).complete();
      expect(await trail.close()).toEqual({ taken: 1, rejected: 1, unsent: 0 });
      expect(problems[0]?.message).toContain('event_id_conflict');
    },
  );
});

test('429, 5xx and an answer that says nothing are tried again; Retry-After is obeyed', async () => {
  const answers: Answer[] = [
    { status: 429, headers: { 'retry-after': '2' } },
    { status: 202, body: 'ok' },
    accepted,
  ];
  await withServer(
    () => answers.shift() ?? accepted,
    async (url, heard) => {
      const { trail, clock } = trailTo(url);
      trail.startTask({ goal: 'g', user_id: 'u' });
      expect(await trail.close()).toEqual({ taken: 1, rejected: 0, unsent: 0 });
      expect(heard).toHaveLength(3);
      expect(clock.slept[1]).toBe(2_000);
    },
  );
});

test.each([401, 403, 400])(
  '%i is not tried again: the events stay on disk and the agent is told',
  async (status) => {
    await withServer(
      () => ({ status, body: { code: 'token_revoked', detail: 'the token was revoked' } }),
      async (url, heard) => {
        const { trail, problems } = trailTo(url);
        trail.startTask({ goal: 'g', user_id: 'u' });
        expect(await trail.close()).toEqual({ taken: 0, rejected: 0, unsent: 1 });
        expect(heard).toHaveLength(1);
        expect(problems[0]).toMatchObject({
          code: 'undelivered',
          message: expect.stringContaining('token_revoked'),
        });
      },
    );
  },
);

test('a request that is too large is halved until only the event that never fits is rejected', async () => {
  await withServer(
    (request) => (bodyOf(request).events.some(isBig) ? { status: 413 } : accepted),
    async (url) => {
      const { trail } = trailTo(url);
      const task = trail.startTask({ goal: 'g', user_id: 'u' });
      for (let index = 0; index < 6; index++)
        task.message({ role: 'user', content: index === 4 ? 'big' : 'small' });
      expect(await trail.close()).toEqual({ taken: 6, rejected: 1, unsent: 0 });
    },
  );
});

test('a token is never sent in the clear beyond this machine', () => {
  expect(() => https({ apiUrl: 'http://api.example', token: 't' })({} as never)).toThrow(/https/);
  expect(() => https({ apiUrl: 'nowhere', token: 't' })({} as never)).toThrow(/address/);
});

function isBig(event: { payload: { content?: string } }): boolean {
  return event.payload.content === 'big';
}
