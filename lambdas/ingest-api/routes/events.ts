import { fromDoor, judgeAtDoor } from '../../../core/ingest/judge-at-door.ts';
import { routeOf } from '../../shared/http/operation.ts';
import { sendEvents } from '../operations.ts';
import type { IngestApi } from '../ports.ts';

/**
 * `POST /v1/audit/events`: judges each event as the writer will, and enqueues before it answers. 202 whenever the
 * request itself is one, also where every event in it was rejected: each has its own reason, and lies in quarantine.
 */
export function eventRoutes({ outbox, ...api }: IngestApi) {
  return [
    routeOf(sendEvents, async ({ body, caller }) => {
      const terms = { ...api, emitter: { id: caller.id } };
      const judged = judgeAtDoor(body.events, terms);
      await outbox.send(fromDoor(judged, terms));
      return { status: 202, body: judged.verdict };
    }),
  ];
}
