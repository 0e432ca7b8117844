import { formatTimestamp } from '../event/time.ts';
import type { Alert } from './alert.ts';

/**
 * An alert as an event of OCSF 1.9.0: Detection Finding (2004), created, of critical severity. It is no record of the
 * log, and so has no place in it; the record follows once the log takes records again.
 */
export function alertAsOcsf(
  { alertId, raisedAt, size, reason }: Alert,
  { tenantId, origin }: { tenantId: string; origin: string },
): Record<string, unknown> {
  return {
    category_uid: 2,
    category_name: 'Findings',
    class_uid: 2004,
    class_name: 'Detection Finding',
    activity_id: 1,
    activity_name: 'Create',
    type_uid: 200401,
    type_name: 'Detection Finding: Create',
    severity_id: 5,
    severity: 'Critical',
    status_id: 1,
    status: 'New',
    time: raisedAt,
    message: reason,
    finding_info: { uid: alertId, title: 'INTEGRITY_ALERT', desc: reason, created_time: raisedAt },
    metadata: {
      version: '1.9.0',
      product: { name: 'agent-audit-trail', vendor_name: 'agent-audit-trail' },
      uid: alertId,
      event_code: 'INTEGRITY_ALERT',
      log_name: origin,
      tenant_uid: tenantId,
      original_time: formatTimestamp(raisedAt),
    },
    unmapped: { agent_audit_trail: { log_size: size } },
  };
}
