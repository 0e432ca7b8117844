/**
 * Beginnings of the control table's partition keys. A role may touch the items of its concern alone, by
 * `dynamodb:LeadingKeys`.
 */
type ControlItems =
  | 'TOKEN'
  | 'USAGE'
  | 'EMITTER'
  | 'POLICY'
  | 'HOLD'
  | 'PURGE'
  | 'ERASURE'
  | 'QUARANTINE'
  | 'EXPORT'
  | 'COSIGNATURE'
  | 'REPEAT'
  | 'WEBHOOK'
  | 'DELIVERY';

/** The IAM condition that keeps a statement on the control table to `items`. */
export function onlyControlItems(...items: ControlItems[]): Record<string, Record<string, string[]>> {
  return { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': items.map((prefix) => `${prefix}*`) } };
}
