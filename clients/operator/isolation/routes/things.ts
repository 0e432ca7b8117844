import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { v7 } from 'uuid';
import { z } from 'zod';
import { AuditError } from '../../../../core/errors.ts';
import type { HttpRequest } from './http.ts';
import type { TestedTenant } from './tenant.ts';

const PATIENCE_MS = 60_000;
const PAUSE_MS = 250;

/** What a tenant has that a path, a query or a cursor may name; made for the attack, and marked with a canary. */
interface Maker {
  /** Its id with the tenant that has it. */
  readonly make: (belongings: Belongings) => Promise<string>;
  /** An id of the same form that nobody has. */
  readonly nowhere: () => string;
}

const hex = (octets: number) => randomBytes(octets).toString('hex');
const madeEmitter = z.object({ emitter_id: z.string(), kid: z.string() });

const MAKERS = {
  event: { make: async (of) => (await of.event()).event_id, nowhere: () => v7() },
  content_hash: { make: async (of) => (await of.event()).content_hash, nowhere: () => `sha256:${hex(32)}` },
  task: { make: async (of) => (await of.event()).task_id, nowhere: () => `task-${hex(8)}` },
  agent: { make: async (of) => (await of.event()).agent_id, nowhere: () => `agent-${hex(8)}` },
  token: {
    make: async (of) => {
      const made = await of.ask('POST', '/v1/audit/tokens', { name: 'isolation suite', preset: 'reader' });
      return z.object({ token_id: z.string() }).parse(made).token_id;
    },
    nowhere: () => v7(),
  },
  export: {
    make: async (of) => {
      const made = await of.ask('POST', '/v1/audit/exports', { format: 'ndjson' });
      return z.object({ export_id: z.string() }).parse(made).export_id;
    },
    nowhere: () => v7(),
  },
  refusal: { make: (of) => of.refusal(), nowhere: () => hex(16) },
  hold: {
    make: async (of) => {
      const made = await of.ask('POST', '/v1/audit/legal-holds', {
        filter: { task_id: `task-${hex(8)}` },
        reason: 'isolation suite',
        awaits: true,
      });
      return z.object({ hold_id: z.string() }).parse(made).hold_id;
    },
    nowhere: () => v7(),
  },
  erasure: {
    make: async (of) => {
      const made = await of.ask('POST', '/v1/audit/erasures', {
        user_id: `user-${hex(8)}`,
        request: 'isolation suite',
        preview: true,
      });
      return z.object({ erasure_id: z.string() }).parse(made).erasure_id;
    },
    nowhere: () => v7(),
  },
  webhook: { make: async (of) => await of.webhook(), nowhere: () => v7() },
  emitter: { make: async (of) => (await of.emitter()).emitter_id, nowhere: () => `emitter-${hex(6)}` },
  emitter_key: {
    make: async (of) => (await of.emitter()).kid,
    nowhere: () => randomBytes(32).toString('base64url'),
  },
} as const satisfies Record<string, Maker>;

export type Thing = keyof typeof MAKERS;

/** What one tenant has, each made when it is first asked for, through its own API. */
export class Belongings {
  /** Stands in every event of this tenant, and so must stand in no answer of another. */
  readonly canary = `canary-${hex(12)}`;
  readonly tenant: TestedTenant;
  readonly #made = new Map<string, Promise<unknown>>();

  constructor(tenant: TestedTenant) {
    this.tenant = tenant;
  }

  /** The id of a thing of this kind that the tenant has. */
  id(thing: Thing): Promise<string> {
    return this.#once(thing, () => MAKERS[thing].make(this));
  }

  event(): Promise<{ event_id: string; content_hash: string; task_id: string; agent_id: string }> {
    return this.#once('an event in the log', async () => {
      const agent_id = `isolation-${hex(6)}`;
      const first = this.#event(agent_id);
      const answer = await this.ask('POST', '/v1/audit/events', {
        // Two tasks and two refusals, so that each list has a second page.
        events: [
          first,
          this.#start(agent_id),
          this.#start(agent_id),
          { not: 'an event' },
          { not: 'one either' },
        ],
      });
      const { accepted } = z
        .object({ accepted: z.array(z.object({ event_id: z.string(), content_hash: z.string() })) })
        .parse(answer);
      const recorded = accepted.find(({ event_id }) => event_id === first.event_id);
      if (!recorded)
        throw new AuditError('unavailable', `${this.tenant.id} did not take the suite's own events`);
      await this.#await(`/v1/audit/receipts/${recorded.event_id}`);
      return { ...recorded, task_id: first.task.id, agent_id };
    });
  }

  /** Of what the suite sent in vain. */
  refusal(): Promise<string> {
    return this.#once('a refusal', async () => {
      await this.event();
      const listed = z.object({ quarantine: z.array(z.object({ quarantine_id: z.string() })).min(1) });
      const { quarantine } = listed.parse(await this.ask('GET', '/v1/audit/quarantine?limit=1'));
      return quarantine[0]?.quarantine_id ?? '';
    });
  }

  emitter(): Promise<z.infer<typeof madeEmitter>> {
    return this.#once('an emitter', async () => {
      const { publicKey } = generateKeyPairSync('ed25519');
      const { kty, crv, x } = publicKey.export({ format: 'jwk' });
      const made = await this.ask('POST', '/v1/audit/emitters', {
        agents: ['isolation-suite'],
        public_jwk: { kty, crv, x },
      });
      return madeEmitter.parse(made);
    });
  }

  /** One endpoint, whatever number of times the suite runs: there are ten at most. Its name leads nowhere (RFC 2606). */
  webhook(): Promise<string> {
    return this.#once('a webhook', async () => {
      const url = 'https://isolation-suite.example/';
      const made = z.object({ webhook_id: z.string(), url: z.string() });
      const { webhooks } = z
        .object({ webhooks: z.array(made) })
        .parse(await this.ask('GET', '/v1/audit/webhooks'));
      const known = webhooks.find((one) => one.url === url);
      if (known) return known.webhook_id;
      return made.parse(await this.ask('POST', '/v1/audit/webhooks', { url })).webhook_id;
    });
  }

  /** A cursor of `path`; of the events where the path has too little for a second page. */
  cursor(path: string): Promise<string | undefined> {
    return this.#once(`a cursor of ${path}`, async () => {
      await this.event();
      for (let one = 0; one < 2; one++) await this.#more(path);
      const own = await this.#nextCursor({ method: 'GET', path, query: { limit: '1' } });
      if (own !== undefined) return own;
      const query = { limit: '1', order: 'log', category: 'all' };
      return await this.#nextCursor({ method: 'GET', path: '/v1/audit/events', query });
    });
  }

  /** A request of the tenant's administrator that has to succeed. */
  async ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const authorization = `Bearer ${this.tenant.admin}`;
    const { status, text } = await this.tenant.send({ method, path, authorization, body });
    if (status >= 300)
      throw new AuditError('unavailable', `${this.tenant.id}: ${method} ${path} answered ${status} ${text}`);
    return JSON.parse(text);
  }

  /** One more of what `path` lists, so that there is a second page. */
  async #more(path: string): Promise<void> {
    if (path === '/v1/audit/exports') await this.ask('POST', path, { format: 'ndjson' });
  }

  async #nextCursor(request: HttpRequest): Promise<string | undefined> {
    const authorization = `Bearer ${this.tenant.admin}`;
    const { status, text } = await this.tenant.send({ ...request, authorization });
    if (status !== 200) return undefined;
    return z.object({ next_cursor: z.string().nullish() }).parse(JSON.parse(text)).next_cursor ?? undefined;
  }

  async #await(path: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    const authorization = `Bearer ${this.tenant.admin}`;
    for (;;) {
      const { status, text } = await this.tenant.send({ method: 'GET', path, authorization });
      if (status === 200) return;
      if (Date.now() > deadline)
        throw new AuditError('unavailable', `${this.tenant.id}: ${path} still answers ${status} ${text}`);
      await delay(PAUSE_MS);
    }
  }

  #event(agentId: string) {
    return {
      schema_version: '1.0.0',
      event_id: v7(),
      event_type: 'DATA_ACCESSED',
      occurred_at: new Date().toISOString(),
      agent: { id: agentId, version: '1' },
      task: { id: `task-${hex(8)}` },
      payload: { operation: 'read', store: { kind: 'table', name: 'isolation' } },
      labels: { canary: this.canary },
    };
  }

  #start(agentId: string) {
    return {
      ...this.#event(agentId),
      event_type: 'TASK_INITIATED',
      initiator: { type: 'service' },
      payload: { goal: 'Show that another tenant is not shown this' },
    };
  }

  #once<T>(what: string, make: () => Promise<T>): Promise<T> {
    const known = this.#made.get(what) as Promise<T> | undefined;
    const made = known ?? make();
    this.#made.set(what, made);
    return made;
  }
}

/** An id of this kind that nobody has. */
export function nowhere(thing: Thing): string {
  return MAKERS[thing].nowhere();
}
