import type { Field, Request } from './requests.ts';

/** A register of customers that exists only in memory. */
const CUSTOMERS = new Set(['C-1007', 'C-1013', 'C-1021', 'C-1033', 'C-1042', 'C-1055', 'C-1066']);

export const POLICY = { id: 'customer-data-policy', version: '4.1' };
export const CREDIT_LIMIT = 10_000;

/** What the policy says of a change: the agent may make it, must ask a data steward, or must not. */
export type Verdict = 'change' | 'ask' | 'refuse';

export function customerDataPolicy({ field, value }: Pick<Request, 'field' | 'value'>): Verdict {
  if (field === 'date_of_birth') return 'refuse';
  return field === 'credit_limit' && Number(value) > CREDIT_LIMIT ? 'ask' : 'change';
}

export function findCustomer(customer: string): string {
  if (!CUSTOMERS.has(customer)) throw new Error(`there is no customer ${customer}`);
  return `record of customer ${customer}, version 7`;
}

export function changeCustomer(customer: string, field: Field): string {
  findCustomer(customer);
  return `${field} of customer ${customer} changed, version 8`;
}
