import { sha256 } from '#crypto';
import { utf8 } from '../encoding.ts';
import type { EventOf } from '../event/event.ts';
import { governanceEvent } from '../event/governance-event.ts';
import type { JsonValue } from '../event/values.ts';
import type { ExportJob, ExportTree } from './export-job.ts';

/**
 * The event that vouches for an export: its record is in the log, so the manifest's digest is signed like everything
 * else. Id, time and content follow from the job and the manifest: a worker that says it again makes the same event.
 */
export function exportCreated(
  { exportId, format, filter, personal, createdAt, createdBy, requestId }: ExportJob,
  tree: ExportTree,
  records: number,
  manifestDigest: string,
  version: string,
): EventOf<'EXPORT_CREATED'> {
  const digest = sha256(utf8(`${exportId}\n${manifestDigest}`));
  const terms = {
    clock: { now: () => createdAt },
    random: { octets: (length: number) => digest.slice(0, length) },
    version,
  };
  const payload = {
    actor: createdBy,
    target: { type: 'export', id: exportId, filter: asJson(filter) },
    after: {
      format,
      records,
      tree_size: tree.size,
      manifest_sha256: manifestDigest,
      personal_fields: personal ? 'disclosed' : 'committed',
    },
    request_id: requestId,
  };
  return governanceEvent('EXPORT_CREATED', payload, terms);
}

/** A filter without the members that are not set, which JSON does not know. */
function asJson(filter: ExportJob['filter']): JsonValue {
  return JSON.parse(JSON.stringify(filter)) as JsonValue;
}
