import { AuditError } from '../errors.ts';
import type { EventType } from '../event/event.ts';

/** One octet an event type in packed index items. A number, once given, is never given to another type. */
const CODES = {
  TASK_INITIATED: 1,
  MESSAGE_EXCHANGED: 2,
  TOOL_CALLED: 3,
  TOOL_RESULT_RECEIVED: 4,
  DECISION_POINT: 5,
  POLICY_EVALUATED: 6,
  HUMAN_ESCALATION_TRIGGERED: 7,
  HUMAN_DECISION_RECORDED: 8,
  HUMAN_INTERVENED: 9,
  TASK_SUSPENDED: 10,
  TASK_RESUMED: 11,
  TASK_COMPLETED: 12,
  TASK_FAILED: 13,
  TASK_CANCELLED: 14,
  DATA_ACCESSED: 15,
  AGENT_CHANGED: 16,
  AUDIT_ACCESSED: 128,
  EXPORT_CREATED: 129,
  EXPORT_DOWNLOADED: 130,
  REVIEW_RECORDED: 131,
  EVENTS_REFUSED: 132,
  RETENTION_POLICY_CHANGED: 133,
  LEGAL_HOLD_PLACED: 134,
  LEGAL_HOLD_RELEASED: 135,
  ERASURE_PERFORMED: 136,
  RECORDS_PURGED: 137,
  TOKEN_ISSUED: 138,
  TOKEN_REVOKED: 139,
  EMITTER_REGISTERED: 140,
  EMITTER_REMOVED: 141,
  WEBHOOK_CHANGED: 142,
  KEY_ROTATED: 143,
  INTEGRITY_ALERT: 144,
} as const satisfies Record<EventType, number>;

const TYPES = new Map<number, EventType>(
  Object.entries(CODES).map(([type, code]) => [code, type as EventType]),
);

/** The octet of `type`. */
export function typeCode(type: EventType): number {
  return CODES[type];
}

/** The type of an octet; `malformed` for one that was never given. */
export function typeOfCode(code: number): EventType {
  const type = TYPES.get(code);
  if (!type) throw new AuditError('malformed', `no event type has the code ${code}`);
  return type;
}
