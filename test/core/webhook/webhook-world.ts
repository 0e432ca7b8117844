import { mintEventId } from '../../../core/event/ids.ts';
import { readHead } from '../../../core/query/log-reader.ts';
import { dispatch, dispatchTest } from '../../../core/webhook/dispatch.ts';
import type { Dispatcher, Observation } from '../../../core/webhook/dispatcher.ts';
import type { Endpoint } from '../../../core/webhook/endpoint.ts';
import type { PostAnswer, PostRequest } from '../../../core/webhook/push.ts';
import type { Receiver } from '../../../core/webhook/receiver.ts';
import { mintSecret } from '../../../core/webhook/signature.ts';
import {
  MemoryAlerts,
  MemoryDeliveryLog,
  MemoryDeliveryStates,
  MemoryEndpoints,
  MemorySecrets,
} from '../../support/memory-webhooks.ts';
import { IntakeWorld } from '../ingest/intake-world.ts';

const LIMIT_MS = 60_000;
const SWEEP_MS = 20 * 60_000;

/** What a receiver answers; it may take its time by moving the clock. */
export type Receive = (request: PostRequest) => PostAnswer | Promise<PostAnswer>;

export function answer(status: number, body: unknown = '', retryAfter?: string): PostAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { answered: true, status, retryAfter, body: Buffer.from(text) };
}

/** A tenant's log in memory, filled by the real intake, endpoints, and the worker that delivers to them. */
export class WebhookWorld {
  readonly intake: IntakeWorld;
  readonly endpoints = new MemoryEndpoints();
  readonly states = new MemoryDeliveryStates();
  readonly log = new MemoryDeliveryLog();
  readonly alerts = new MemoryAlerts();
  readonly secrets = new MemorySecrets();
  readonly observed: Observation[] = [];
  /** Our own events that were put into the internal queue. */
  readonly recorded: { event_type: string; event_id: string; payload: Record<string, unknown> }[] = [];
  /** What came in at each address, in order. */
  readonly heard = new Map<string, PostRequest[]>();
  readonly #receivers = new Map<string, Receive>();
  readonly dispatcher: Dispatcher;

  private constructor(intake: IntakeWorld) {
    this.intake = intake;
    const { log } = intake.intake;
    this.dispatcher = {
      tenantId: 'acme',
      origin: log.origin,
      version: '0.1.0',
      reader: { ...log, work: { read: async () => undefined } },
      random: intake.random,
      endpoints: this.endpoints,
      states: this.states,
      log: this.log,
      alerts: this.alerts,
      secrets: this.secrets,
      post: async (request) => {
        this.heard.set(request.url, [...(this.heard.get(request.url) ?? []), request]);
        const receive = this.#receivers.get(request.url) ?? (() => answer(204));
        return await receive(request);
      },
      signIns: new Map(),
      record: async (events) => void this.recorded.push(...(events as typeof this.recorded)),
      observe: (observation) => void this.observed.push(observation),
    };
  }

  static async open(): Promise<WebhookWorld> {
    return new WebhookWorld(await IntakeWorld.open());
  }

  get now(): number {
    return this.intake.now;
  }

  /** `count` events more in the log. */
  async append(count: number, changes: object = {}): Promise<void> {
    const events = Array.from({ length: count }, () => this.intake.event({ ...changes }));
    const failed = await this.intake.accept(await this.intake.message(events));
    if (failed.length > 0) throw new Error('the log did not take the events');
  }

  /** An endpoint at `url` that begins where the log ends, or at 0 of `from`. */
  async endpoint(
    url: string,
    over: Partial<Endpoint> & { from?: number; receive?: Receive } = {},
  ): Promise<Endpoint> {
    const { from, receive, ...more } = over;
    const receiver: Receiver = more.receiver ?? { kind: 'standard', signature: 'v1' };
    const endpointId = mintEventId(this.now, this.intake.random);
    const { secret } = mintSecret('signature' in receiver ? receiver.signature : 'v1', this.intake.random);
    await this.secrets.write(endpointId, 1, secret);
    const endpoint: Endpoint = {
      endpointId,
      url,
      receiver,
      filter: {},
      enabled: true,
      revision: 1,
      generation: 1,
      start: { generation: 1, at: from ?? (await readHead(this.intake.intake.log)).finalSize },
      secrets: [{ version: 1 }],
      createdAt: this.now,
      createdBy: 'token-1',
      ...more,
    };
    await this.endpoints.add(endpoint);
    this.#receivers.set(url, receive ?? (() => answer(204)));
    return endpoint;
  }

  receive(url: string, receive: Receive): void {
    this.#receivers.set(url, receive);
  }

  /** A change by the administration. */
  async change(endpoint: Endpoint, over: Partial<Endpoint>): Promise<Endpoint> {
    const changed = { ...endpoint, ...over, revision: endpoint.revision + 1 };
    if (!(await this.endpoints.replace(changed))) throw new Error('the endpoint was changed meanwhile');
    return changed;
  }

  /** The worker is woken once. */
  async dispatch(limit = LIMIT_MS): Promise<number | undefined> {
    return await dispatch(this.now + limit, this.dispatcher);
  }

  async test(endpoint: Endpoint): Promise<string> {
    const deliveryId = mintEventId(this.now, this.intake.random);
    await dispatchTest(endpoint.endpointId, deliveryId, this.dispatcher);
    return deliveryId;
  }

  /** Wakes the worker when it asked for that, and by the sweep, until `until` has come. */
  async runUntil(until: number): Promise<void> {
    while (this.now < until) {
      const wakeAt = (await this.dispatch()) ?? Number.POSITIVE_INFINITY;
      this.intake.now = Math.min(until, Math.max(this.now + 1, Math.min(wakeAt, this.now + SWEEP_MS)));
    }
  }

  bodies(url: string) {
    return (this.heard.get(url) ?? []).map(({ body }) => JSON.parse(body));
  }

  state({ endpointId }: Endpoint) {
    return this.states.states.get(endpointId);
  }

  attempts({ endpointId }: Endpoint) {
    return this.log.attempts.get(endpointId) ?? [];
  }
}
