export type Field = 'billing_address' | 'phone' | 'credit_limit' | 'date_of_birth';

/** Somebody of the tenant's staff asks for a change of a customer's record. */
export interface Request {
  /** RFC 3339. */
  at: string;
  /** Who asks, and on whose behalf the agent acts. */
  user: string;
  customer: string;
  field: Field;
  value: string | number;
}

/**
 * Two weeks of work of a fictional company, in the time zone UTC, and one request on the day before and after: a search
 * that is off by a day would show it.
 */
export const REQUESTS: readonly Request[] = [
  request('2026-02-28T23:41:00Z', 'user-2041', 'C-1007', 'phone', '+1 555 0107'),
  request('2026-03-01T00:12:00Z', 'user-2041', 'C-1013', 'phone', '+1 555 0113'),
  request('2026-03-02T09:04:00Z', 'user-1187', 'C-1021', 'billing_address', '14 Mill Lane, Springfield'),
  request('2026-03-03T13:30:00Z', 'user-2041', 'C-1042', 'phone', '+1 555 0142'),
  request('2026-03-04T10:17:00Z', 'user-3310', 'C-1033', 'credit_limit', 4_000),
  request('2026-03-05T15:52:00Z', 'user-2041', 'C-1055', 'credit_limit', 25_000),
  request('2026-03-06T08:45:00Z', 'user-1187', 'C-1021', 'date_of_birth', '1979-04-02'),
  request('2026-03-08T14:46:50Z', 'user-2041', 'C-1042', 'billing_address', '7 Harbour Street, Portland'),
  request('2026-03-09T11:20:00Z', 'user-3310', 'C-1042', 'phone', '+1 555 0199'),
  request('2026-03-10T16:08:00Z', 'user-1187', 'C-1066', 'credit_limit', 60_000),
  request('2026-03-11T09:33:00Z', 'user-2041', 'C-1999', 'phone', '+1 555 0999'),
  request('2026-03-13T12:00:00Z', 'user-3310', 'C-1033', 'billing_address', '3 Orchard Road, Dayton'),
  request('2026-03-15T22:47:00Z', 'user-2041', 'C-1013', 'billing_address', '90 Lake View, Madison'),
  request('2026-03-16T00:05:00Z', 'user-2041', 'C-1007', 'credit_limit', 2_000),
];

function request(at: string, user: string, customer: string, field: Field, value: string | number): Request {
  return { at, user, customer, field, value };
}
