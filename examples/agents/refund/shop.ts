/** A shop that exists only in memory. */
export interface Order {
  id: string;
  item: string;
  amount: number;
  delivered_days_ago: number;
}

const ORDERS: readonly Order[] = [
  { id: '4711', item: 'a kettle', amount: 49.9, delivered_days_ago: 14 },
  { id: '4712', item: 'a bicycle', amount: 1_250, delivered_days_ago: 9 },
  { id: '4713', item: 'a lamp', amount: 35, delivered_days_ago: 3 },
];
const UNREACHABLE = '4713'; // its payment is with a provider that is down

export const RETURN_WINDOW_DAYS = 30;
export const AUTOMATIC_LIMIT = 500;

export function findOrder(id: string): Order {
  const order = ORDERS.find((candidate) => candidate.id === id);
  if (!order) throw new Error(`there is no order ${id}`);
  return order;
}

/** Whether the agent may refund by itself, must ask, or must not. */
export function returnPolicy({ amount, delivered_days_ago }: Order): 'refund' | 'ask' | 'deny' {
  if (delivered_days_ago > RETURN_WINDOW_DAYS) return 'deny';
  return amount > AUTOMATIC_LIMIT ? 'ask' : 'refund';
}

export function refund({ id, amount }: Order): string {
  if (id === UNREACHABLE) throw new Error('the billing API answered 503 Service Unavailable');
  return `refunded ${amount.toFixed(2)} EUR as R-${id}`;
}
