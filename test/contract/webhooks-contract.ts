import { expect, test } from '@jest/globals';
import type { EventId } from '../../core/event/ids.ts';
import type { AlertStore } from '../../core/webhook/alert.ts';
import type { DeliveryLog, DeliveryState, DeliveryStates } from '../../core/webhook/delivery.ts';
import type { Endpoint, EndpointRegistry } from '../../core/webhook/endpoint.ts';

const NOW = 1_764_000_000_000;
const idOf = (n: number) => `019abcde-0000-7000-8000-${String(n).padStart(12, '0')}` as EventId;

/** What the items of webhooks are kept in. */
export interface WebhookStores {
  endpoints: EndpointRegistry;
  states: DeliveryStates;
  log: DeliveryLog;
  alerts: AlertStore;
}

const endpointOf = (n: number): Endpoint => ({
  endpointId: idOf(n),
  url: 'https://hooks.example/x',
  receiver: { kind: 'standard', signature: 'v1' },
  filter: { category: 'all' },
  enabled: true,
  revision: 1,
  generation: 1,
  start: { generation: 1, at: 7 },
  secrets: [{ version: 1, until: NOW }],
  createdAt: NOW,
  createdBy: 'token-1',
});

const STATE: DeliveryState = {
  generation: 1,
  cursor: 3,
  acknowledged: 2,
  failures: 0,
  nextAttemptAt: 0,
  most: 100,
  alertedTo: NOW,
  delivered: 2,
  refused: 0,
};

/** What every store of webhooks promises; `fresh` gives empty ones. */
export function webhooksContract(fresh: () => Promise<WebhookStores>): void {
  test('an endpoint is changed by whoever saw it last, and by nobody else', async () => {
    const { endpoints } = await fresh();
    for (const n of [2, 1]) await endpoints.add(endpointOf(n));
    await expect(endpoints.add(endpointOf(1))).rejects.toThrow('there already');
    expect(await endpoints.list()).toEqual([endpointOf(1), endpointOf(2)]);
    const changed = { ...endpointOf(1), enabled: false, revision: 2, unrecorded: 'a mark' };
    expect(await endpoints.replace(changed)).toBe(true);
    expect(await endpoints.replace({ ...changed, name: 'late' })).toBe(false);
    await endpoints.recorded(idOf(1), 'another mark');
    expect(await endpoints.list()).toEqual([changed, endpointOf(2)]);
    await endpoints.recorded(idOf(1), 'a mark');
    const { unrecorded: _, ...recorded } = changed;
    expect(await endpoints.list()).toEqual([recorded, endpointOf(2)]);
    const removed = { ...recorded, removedAt: NOW, revision: 3, unrecorded: 'again' };
    expect(await endpoints.replace(removed)).toBe(true);
    expect(await endpoints.list()).toEqual([removed, endpointOf(2)]);
  });

  test('one worker has an endpoint at a time, and one that was too slow writes nothing any more', async () => {
    const { states } = await fresh();
    const claim = (holder: string, now = NOW) => states.claim(idOf(1), { holder, now, until: now + 10 });
    const claims = await Promise.all(['a', 'b', 'c'].map((holder) => claim(holder)));
    expect(claims.filter((one) => one !== undefined)).toEqual([{}]);
    expect(await claim('d', NOW + 9)).toBeUndefined();
    expect(await claim('e', NOW + 10)).toEqual({});
    expect(await states.save(idOf(1), STATE, { holder: 'a', until: 0 })).toBe(false);
    expect(await states.all()).toEqual(new Map());
    expect(await states.save(idOf(1), STATE, { holder: 'e', until: 0 })).toBe(true);
    expect(await states.all()).toEqual(new Map([[idOf(1), STATE]]));
    expect(await claim('f', NOW + 10)).toEqual({ state: STATE });
  });

  test('attempts are found newest first, by endpoint', async () => {
    const { log } = await fresh();
    const at = new Date().toISOString(); // the log forgets what is old
    const attempt = (n: number) => ({
      delivery_id: idOf(n),
      at,
      message: 'records' as const,
      message_id: `m-${n}`,
      from_index: 0,
      next_index: 1,
      records: 1,
      attempt: 1,
      outcome: 'failed' as const,
      problem: 'timeout' as const,
      duration_ms: 5,
    });
    for (const n of [1, 2, 3]) await log.add(idOf(8), attempt(n));
    await log.add(idOf(9), attempt(4));
    expect(await log.newest(idOf(8), 2)).toEqual([attempt(3), attempt(2)]);
    expect(await log.newest(idOf(8), 2, idOf(2))).toEqual([attempt(1)]);
    expect(await log.newest(idOf(7), 2)).toEqual([]);
  });

  test('a fault is one alert, in the order in which they were raised', async () => {
    const { alerts } = await fresh();
    const alertOf = (n: number, reason: string) => ({
      alertId: idOf(n),
      raisedAt: NOW + n,
      size: 5,
      reason,
      recorded: false,
    });
    expect(await alerts.add(alertOf(2, 'b'))).toEqual(alertOf(2, 'b'));
    expect(await alerts.add(alertOf(1, 'a'))).toEqual(alertOf(1, 'a'));
    expect(await alerts.add(alertOf(3, 'b'))).toEqual(alertOf(2, 'b'));
    await alerts.recorded(alertOf(2, 'b'));
    expect(await alerts.all()).toEqual([alertOf(1, 'a'), { ...alertOf(2, 'b'), recorded: true }]);
  });
}
