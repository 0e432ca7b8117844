import type { Clock, Random } from '../ports.ts';
import { SCHEMA_VERSION, SELF_AGENT_ID } from './envelope.ts';
import type { EventOf, PayloadOf } from './event.ts';
import type { GovernanceEventType } from './governance.ts';
import { mintEventId } from './ids.ts';
import { formatTimestamp } from './time.ts';

/** What a governance event is made with; `version` is the product's own. */
export interface GovernanceTerms {
  clock: Pick<Clock, 'now'>;
  random: Random;
  version: string;
}

/** An event of the product itself, of now. */
export function governanceEvent<T extends GovernanceEventType>(
  type: T,
  payload: PayloadOf<T>,
  { clock, random, version }: GovernanceTerms,
): EventOf<T> {
  const now = clock.now();
  return {
    schema_version: SCHEMA_VERSION,
    event_id: mintEventId(now, random),
    event_type: type,
    occurred_at: formatTimestamp(now),
    agent: { id: SELF_AGENT_ID, version },
    payload,
  } as EventOf<T>;
}
