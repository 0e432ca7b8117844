import type { EventId } from '../../core/event/ids.ts';
import type { Head } from '../../core/ports.ts';
import { type Alert, type AlertStore, faultOf } from '../../core/webhook/alert.ts';
import type { Attempt, DeliveryLog, DeliveryState, DeliveryStates } from '../../core/webhook/delivery.ts';
import type { Endpoint, EndpointRegistry, SecretReader, SecretWriter } from '../../core/webhook/endpoint.ts';
import { isPublicAddress } from '../../lambdas/adapters/public-address.ts';
import type { WebhooksApi } from '../../lambdas/admin-api/ports.ts';

/** The endpoints of a tenant, in memory. */
export class MemoryEndpoints implements EndpointRegistry {
  readonly #endpoints = new Map<EventId, Endpoint>();

  async list(): Promise<Endpoint[]> {
    const all = [...this.#endpoints.values()].sort((a, b) => (a.endpointId < b.endpointId ? -1 : 1));
    return structuredClone(all);
  }

  async add(endpoint: Endpoint): Promise<void> {
    if (this.#endpoints.has(endpoint.endpointId)) throw new Error('the endpoint is there already');
    this.#endpoints.set(endpoint.endpointId, structuredClone(endpoint));
  }

  async replace(endpoint: Endpoint): Promise<boolean> {
    if (this.#endpoints.get(endpoint.endpointId)?.revision !== endpoint.revision - 1) return false;
    this.#endpoints.set(endpoint.endpointId, structuredClone(endpoint));
    return true;
  }

  async recorded(endpointId: EventId, unrecorded: string): Promise<void> {
    const { unrecorded: mark, ...endpoint } = this.#endpoints.get(endpointId) ?? {};
    if (mark === unrecorded) this.#endpoints.set(endpointId, endpoint as Endpoint);
  }
}

/** How far endpoints are, in memory. */
export class MemoryDeliveryStates implements DeliveryStates {
  readonly states = new Map<EventId, DeliveryState>();
  readonly #leases = new Map<EventId, { holder: string; until: number }>();

  async all(): Promise<Map<EventId, DeliveryState>> {
    return structuredClone(this.states);
  }

  async claim(
    endpointId: EventId,
    { holder, now, until }: { holder: string; now: number; until: number },
  ): Promise<{ state?: DeliveryState } | undefined> {
    if ((this.#leases.get(endpointId)?.until ?? 0) > now) return undefined;
    this.#leases.set(endpointId, { holder, until });
    const state = this.states.get(endpointId);
    return state ? { state: structuredClone(state) } : {};
  }

  async save(
    endpointId: EventId,
    state: DeliveryState,
    lease: { holder: string; until: number },
  ): Promise<boolean> {
    if (this.#leases.get(endpointId)?.holder !== lease.holder) return false;
    this.#leases.set(endpointId, lease);
    this.states.set(endpointId, structuredClone(state));
    return true;
  }
}

/** Attempts, in memory. */
export class MemoryDeliveryLog implements DeliveryLog {
  readonly attempts = new Map<EventId, Attempt[]>();

  async add(endpointId: EventId, attempt: Attempt): Promise<void> {
    this.attempts.set(endpointId, [...(this.attempts.get(endpointId) ?? []), structuredClone(attempt)]);
  }

  async newest(endpointId: EventId, limit: number, before?: string): Promise<Attempt[]> {
    const all = [...(this.attempts.get(endpointId) ?? [])].sort((a, b) =>
      a.delivery_id < b.delivery_id ? 1 : -1,
    );
    return all.filter(({ delivery_id }) => !before || delivery_id < before).slice(0, limit);
  }
}

/** Alerts, in memory. */
export class MemoryAlerts implements AlertStore {
  readonly #alerts = new Map<string, Alert>();

  async all(): Promise<Alert[]> {
    return [...this.#alerts.values()].sort((a, b) => a.raisedAt - b.raisedAt);
  }

  async add(alert: Alert): Promise<Alert> {
    const standing = this.#alerts.get(faultOf(alert)) ?? alert;
    this.#alerts.set(faultOf(alert), standing);
    return standing;
  }

  async recorded(alert: Alert): Promise<void> {
    this.#alerts.set(faultOf(alert), { ...alert, recorded: true });
  }
}

/** Secrets of endpoints, in memory: both sides. */
export class MemorySecrets implements SecretReader, SecretWriter {
  readonly secrets = new Map<string, string>();

  async write(endpointId: EventId, version: number, secret: string): Promise<void> {
    this.secrets.set(`${endpointId}/${version}`, secret);
  }

  async remove(endpointId: EventId, version: number): Promise<void> {
    this.secrets.delete(`${endpointId}/${version}`);
  }

  async read(endpointId: EventId, version: number): Promise<string | undefined> {
    return this.secrets.get(`${endpointId}/${version}`);
  }
}

/** What the administration of webhooks works on, of a log that has `size` records. */
export class MemoryWebhooks implements WebhooksApi {
  readonly endpoints = new MemoryEndpoints();
  readonly states = new MemoryDeliveryStates();
  readonly deliveries = new MemoryDeliveryLog();
  readonly secrets = new MemorySecrets();
  readonly heads = { read: async () => ({ finalSize: this.size }) as Head };
  /** `wake`, or the ids of a test. */
  readonly woken: string[] = [];
  readonly wakes = {
    wake: async () => void this.woken.push('wake'),
    test: async (endpointId: string, deliveryId: string) =>
      void this.woken.push(`${endpointId} ${deliveryId}`),
  };
  readonly isPublic = isPublicAddress;
  loopback = false;
  size = 40;
}
