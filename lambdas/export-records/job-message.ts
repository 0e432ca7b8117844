import { z } from 'zod';
import { AuditError } from '../../core/errors.ts';
import { type EventId, eventIdSchema } from '../../core/event/ids.ts';

const schema = z.strictObject({ export_id: eventIdSchema });

/** The export that a message of the export queue names; only `admin-api` can put one there. */
export function exportIdOf(body: string): EventId {
  const parsed = schema.safeParse(JSON.parse(body));
  if (!parsed.success) throw new AuditError('malformed', 'a message of the export queue names no export');
  return parsed.data.export_id;
}
