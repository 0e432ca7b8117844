import { type Refusal, refuse } from '../event/refusal.ts';
import { type IngestTerms, type PreparedEvent, prepareEvent } from '../record/prepare.ts';
import { asSentEvent, namedTenant } from './sent-event.ts';

/**
 * Whether an element of `events[]` can become a record of this tenant. Another tenant's name comes before everything
 * else that may be wrong, since it decides whether any of the content may be kept. `agentId` is the one agent that the
 * sender's claim speaks for.
 */
export function judgeEvent(
  element: unknown,
  terms: IngestTerms,
  agentId?: string,
): { ok: true; prepared: PreparedEvent } | Refusal {
  const sent = asSentEvent(element);
  const tenant = namedTenant(sent);
  if (tenant !== undefined && tenant !== terms.tenantId) return refuse('tenant_mismatch');
  const result = prepareEvent(sent, terms);
  if (result.ok && agentId !== undefined && result.prepared.event.agent.id !== agentId)
    return refuse('agent_not_allowed', '/agent/id: expected the agent that the claim speaks for');
  return result;
}
