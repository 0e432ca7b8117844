import { AuditError } from '../../core/errors.ts';
import { formatTimestamp } from '../../core/event/time.ts';
import { hasScope } from '../../core/identity/scope.ts';
import type { FoundRecord } from '../../core/query/receipt.ts';
import type { Receipt } from '../../core/receipt/receipt.ts';
import type { Caller } from '../shared/http/caller.ts';

/** Whether commitments may be opened for the caller. */
export function maySeePersonal(caller: Caller): boolean {
  return hasScope(caller.scopes, 'personal:read');
}

/**
 * The receipt as the caller may have it. The source hash is a bare hash of what was sent, personal fields included, so
 * a guess could be tested against it: it goes to senders, who hashed it themselves, and to those who may read the fields.
 */
export function shownReceipt({ receipt }: FoundRecord, caller: Caller): Receipt {
  const { source_hash: _, ...rest } = receipt;
  const sender = caller.kind === 'emitter' || hasScope(caller.scopes, 'events:write');
  return sender || maySeePersonal(caller) ? receipt : rest;
}

/** The answer to a question for a record of which only its time is known to be purged. */
export function purged(before: number): AuditError {
  return new AuditError(
    'purged',
    `There is no such record any more, if there was one: what was recorded before ${formatTimestamp(before)} was purged ` +
      'when its retention ended. The records RECORDS_PURGED tell of it.',
  );
}
