import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuditTrail } from '../../clients/sdk/audit-trail.ts';
import type { OutgoingEvent } from '../../clients/sdk/outgoing.ts';
import type { Task } from '../../clients/sdk/task.ts';
import { verdictForAll } from '../../clients/sdk/transport.ts';
import { bodyDigest, signClaim } from '../../core/identity/claim.ts';
import { keyIdOf, type PrivateJwk } from '../../core/identity/emitter.ts';
import type { EmitterEntry } from '../../core/identity/registry.ts';
import type { QueueMessage } from '../../core/ingest/open-message.ts';
import type { Clock, Random } from '../../core/ports.ts';

const TASKS = 10;
const AGENT = 'refund-agent';
const EMITTER = 'emitter-1';
/** The key pair of RFC 8037, appendix A.1, so that claims are the same at every run. */
const KEY: PrivateJwk = {
  kty: 'OKP',
  crv: 'Ed25519',
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
};

/** What AWS bills for one batch of a hundred, on the real adapters and at the ports alike; the function is warm. */
export const STEADY_BATCH = {
  signatures: 1,
  puts: 4,
  announcements: 1,
  writeUnits: 181,
  readUnits: 192,
} as const;

/** The registration of the emitter that sends the batches. */
export async function batchEmitter(now: number): Promise<EmitterEntry> {
  const { d: _, ...publicJwk } = KEY;
  const kid = await keyIdOf(publicJwk);
  return { id: EMITTER, agents: [AGENT], kid, publicJwk, createdAt: now, createdBy: 'test' };
}

/**
 * A hundred events in messages of ten (`perMessage`), as ten tasks of one agent that run side by side send them: each
 * message of ten holds one event of each. Goals, messages, inputs, outputs and reasons are personal data, which the
 * writer commits.
 */
export async function batchOfHundred(
  number: number,
  { clock, random, origin }: { clock: Clock; random: Random; origin: string },
  perMessage = TASKS,
): Promise<QueueMessage[]> {
  const events = await emittedEvents(number, { clock, random });
  return Promise.all(
    Array.from({ length: events.length / perMessage }, async (_, position) => {
      const own = events.slice(position * perMessage, (position + 1) * perMessage);
      const body = `{"nonce":"${number}-${position}","events":[${own.map(({ json }) => json).join(',')}]}`;
      const iat = Math.floor(clock.now() / 1_000);
      const claim = await signClaim(KEY, {
        iss: EMITTER,
        sub: AGENT,
        aud: origin,
        iat,
        exp: iat + 300,
        jti: `jti-${number}-${position}`,
        body_sha256: bodyDigest(body),
        session: 'session',
        seq: position,
      });
      const id = `message-${number}-${position}`;
      return { id, body, claim, sentAt: clock.now(), receives: 1, queue: 'ingest' as const };
    }),
  );
}

/** What the SDK makes of ten tasks that take turns. */
async function emittedEvents(
  number: number,
  { clock, random }: { clock: Clock; random: Random },
): Promise<OutgoingEvent[]> {
  const sent: OutgoingEvent[] = [];
  const directory = mkdtempSync(join(tmpdir(), 'counting-'));
  const trail = createAuditTrail({
    agent: {
      id: AGENT,
      version: '1.4.0',
      framework: { name: 'langgraph', version: '1.7.3' },
      model: { provider: 'example', name: 'model-l' },
      environment: 'production',
    },
    transport: () => ({
      destination: 'counting',
      limits: { events: 1_000, bytes: 2 ** 20 },
      send: async (events) => {
        sent.push(...events);
        return { verdicts: verdictForAll(events.length, { outcome: 'taken' }) };
      },
    }),
    directory,
    strict: true,
    clock,
    random,
  });
  try {
    const turns = Array.from({ length: TASKS }, (_, task) => refund(number * TASKS + task));
    const tasks = turns.map(({ goal, user_id }) => trail.startTask({ goal, user_id }));
    for (let step = 0; step < (turns[0]?.steps.length ?? 0); step++) {
      for (const [position, task] of tasks.entries()) turns[position]?.steps[step]?.(task);
    }
    await trail.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return sent;
}

/** One task of ten events, its start included. */
function refund(number: number) {
  const order = `order-${70_000 + number}`;
  const said = `I was charged twice for ${order} and would like the second payment back, please.`;
  const answered = `The second payment for ${order} is on its way back to your card and should show within five days.`;
  const steps: ((task: Task) => void)[] = [
    (task) => task.message({ role: 'user', content: said }),
    (task) => {
      task.toolCalled({ tool: 'lookup_order', input: { order_id: order }, call_id: `lookup-${number}` });
    },
    (task) =>
      task.dataAccessed({
        operation: 'read',
        store: { kind: 'database', system: 'postgresql', name: 'orders' },
        record_count: 2,
        data_classes: ['payment'],
      }),
    (task) =>
      task.message({ role: 'tool', content: { order, payments: [{ amount: 4_990 }, { amount: 4_990 }] } }),
    (task) =>
      task.decision({
        reasoning_summary: `Two payments of the same amount within a minute for ${order}; the policy allows a refund.`,
        options_considered: [
          { option: 'Refund automatically', outcome: 'selected', reason: 'below the limit of 100 dollars' },
          { option: 'Ask a person', outcome: 'rejected', reason: 'no sign of fraud' },
        ],
        policy_references: ['refund-policy-3.2'],
      }),
    (task) =>
      task.policyEvaluated({
        policy: 'refund-limit',
        version: '3.2',
        outcome: 'allowed',
        reason: 'below it',
      }),
    (task) => {
      const tool = { name: 'refund_payment', kind: 'api' as const, side_effect: true };
      const call = task.toolCalled({ tool, input: { order_id: order, amount: 4_990, currency: 'USD' } });
      call.result({ summary: `refund of 49.90 USD for ${order} accepted`, latency_ms: 412 });
    },
    (task) => task.complete({ output: answered, tokens: { input: 2_310, output: 184, total: 2_494 } }),
  ];
  return { goal: `Refund the second payment of ${order}`, user_id: `customer-${number}`, steps };
}
