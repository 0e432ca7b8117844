import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { type EventId, eventIdSchema } from '../../core/event/ids.ts';
import { type Alert, type AlertStore, faultOf } from '../../core/webhook/alert.ts';
import {
  type Attempt,
  attemptSchema,
  type DeliveryLog,
  type DeliveryState,
  type DeliveryStates,
  deliveryStateSchema,
} from '../../core/webhook/delivery.ts';
import type { ControlTable } from './dynamo-control.ts';

const STATES = 'DELIVERY';
const ALERTS = 'DELIVERY#ALERT';
const logOf = (endpointId: EventId) => `DELIVERY#LOG#${endpointId}`;
const KEPT_SECONDS = 30 * 86_400;

const stateItem = z.object({ sk: eventIdSchema, delivery: z.string().optional() });
const attemptItem = z.object({ attempt: z.string() });
const alertItem = z.object({
  alert_id: eventIdSchema,
  raised_at: z.int(),
  log_size: z.int(),
  reason: z.string(),
  recorded: z.boolean(),
});

/** How far each endpoint is, in the control table: partition `DELIVERY`, sorted by the endpoint's id. */
export class DynamoDeliveryStates implements DeliveryStates {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async all(): Promise<Map<EventId, DeliveryState>> {
    const states = new Map<EventId, DeliveryState>();
    for (const item of await this.#control.list(STATES)) {
      const { endpointId, state } = readState(item);
      if (state) states.set(endpointId, state);
    }
    return states;
  }

  async claim(
    endpointId: EventId,
    { holder, now, until }: { holder: string; now: number; until: number },
  ): Promise<{ state?: DeliveryState } | undefined> {
    const item = await this.#control.change(
      { pk: STATES, sk: endpointId },
      {
        update: 'SET lease_until = :until, lease_holder = :holder',
        condition: 'attribute_not_exists(lease_until) OR lease_until <= :now',
        values: { ':until': until, ':holder': holder, ':now': now },
      },
    );
    if (!item) return undefined;
    const { state } = readState(item);
    return state ? { state } : {};
  }

  async save(
    endpointId: EventId,
    state: DeliveryState,
    { holder, until }: { holder: string; until: number },
  ): Promise<boolean> {
    const item = await this.#control.change(
      { pk: STATES, sk: endpointId },
      {
        update: 'SET delivery = :delivery, lease_until = :until',
        condition: 'lease_holder = :holder',
        values: { ':delivery': JSON.stringify(state), ':until': until, ':holder': holder },
      },
    );
    return item !== undefined;
  }
}

/** The attempts of the last thirty days: a partition an endpoint, sorted by their ids, which begin with their time. */
export class DynamoDeliveryLog implements DeliveryLog {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async add(endpointId: EventId, attempt: Attempt): Promise<void> {
    await this.#control.add({
      pk: logOf(endpointId),
      sk: attempt.delivery_id,
      attempt: JSON.stringify(attempt),
      expires_at: Math.ceil(Date.parse(attempt.at) / 1_000) + KEPT_SECONDS,
    });
  }

  async newest(endpointId: EventId, limit: number, before?: string): Promise<Attempt[]> {
    const items = await this.#control.newest(logOf(endpointId), limit, before);
    return items.map((item) =>
      reading('an attempt', () => attemptSchema.parse(JSON.parse(attemptItem.parse(item).attempt))),
    );
  }
}

/** Alerts of the last thirty days, an item a fault. */
export class DynamoAlerts implements AlertStore {
  readonly #control: ControlTable;

  constructor(control: ControlTable) {
    this.#control = control;
  }

  async all(): Promise<Alert[]> {
    const alerts = (await this.#control.list(ALERTS)).map(readAlert);
    return alerts.sort((a, b) => a.raisedAt - b.raisedAt);
  }

  async add(alert: Alert): Promise<Alert> {
    const key = { pk: ALERTS, sk: faultOf(alert) };
    const { alertId, raisedAt, size, reason, recorded } = alert;
    const added = await this.#control.add({
      ...key,
      alert_id: alertId,
      raised_at: raisedAt,
      log_size: size,
      reason,
      recorded,
      expires_at: Math.ceil(raisedAt / 1_000) + KEPT_SECONDS,
    });
    const standing = added ? undefined : await this.#control.get(key);
    return standing ? readAlert(standing) : alert;
  }

  async recorded(alert: Alert): Promise<void> {
    await this.#control.change(
      { pk: ALERTS, sk: faultOf(alert) },
      { update: 'SET recorded = :yes', condition: 'attribute_exists(pk)', values: { ':yes': true } },
    );
  }
}

function readState(item: unknown): { endpointId: EventId; state?: DeliveryState } {
  return reading('the state of an endpoint', () => {
    const { sk, delivery } = stateItem.parse(item);
    if (delivery === undefined) return { endpointId: sk };
    return { endpointId: sk, state: deliveryStateSchema.parse(JSON.parse(delivery)) };
  });
}

function readAlert(item: unknown): Alert {
  return reading('an alert', () => {
    const { alert_id, raised_at, log_size, reason, recorded } = alertItem.parse(item);
    return { alertId: alert_id, raisedAt: raised_at, size: log_size, reason, recorded };
  });
}

function reading<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new AuditError('integrity', `an item of the control table is not ${what}`, { cause });
  }
}
