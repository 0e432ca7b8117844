import { type AuditEvent, type EventOf, isEventType, isGovernanceType } from '../event/event.ts';
import { GOVERNANCE_PAYLOADS } from '../event/governance.ts';
import { AGENT_PAYLOADS, type AgentEventType } from '../event/payloads.ts';
import { value } from './phrase.ts';
import { accessed, agentChanged, answered, called, decided, policyEvaluated } from './tell-act.ts';
import { escalated, humanDecided, intervened, reviewed } from './tell-human.ts';
import { cancelled, completed, failed, resumed, said, started, suspended } from './tell-task.ts';
import type { Context, Teller, Told } from './told.ts';

const TELLERS: { readonly [T in AgentEventType]: Teller<T> } = {
  TASK_INITIATED: started,
  MESSAGE_EXCHANGED: said,
  TOOL_CALLED: called,
  TOOL_RESULT_RECEIVED: answered,
  DECISION_POINT: decided,
  POLICY_EVALUATED: policyEvaluated,
  HUMAN_ESCALATION_TRIGGERED: escalated,
  HUMAN_DECISION_RECORDED: humanDecided,
  HUMAN_INTERVENED: intervened,
  TASK_SUSPENDED: suspended,
  TASK_RESUMED: resumed,
  TASK_COMPLETED: completed,
  TASK_FAILED: failed,
  TASK_CANCELLED: cancelled,
  DATA_ACCESSED: accessed,
  AGENT_CHANGED: agentChanged,
};

/** Whether `event` is what this version knows; a record of a later minor version may hold more than that. */
export function isKnown(event: AuditEvent): boolean {
  const { event_type: type, payload } = event;
  if (!isEventType(type)) return false;
  const schema = isGovernanceType(type) ? GOVERNANCE_PAYLOADS[type] : AGENT_PAYLOADS[type];
  return schema.safeParse(payload).success;
}

/** Tells one event. What this version does not know is told by its type alone: a story never breaks off. */
export function tell(event: AuditEvent, context: Context): Told {
  const { messages } = context;
  if (!isKnown(event)) return { tone: 'plain', text: messages.unknownEvent(value(event.event_type)) };
  if (event.event_type === 'REVIEW_RECORDED') return reviewed(event, context);
  if ('actor' in event.payload && isGovernanceType(event.event_type))
    return { tone: 'plain', text: messages.governed(event.event_type, value(event.payload.actor.id)) };
  const teller = TELLERS[event.event_type as AgentEventType] as Teller<AgentEventType>;
  return teller(event as EventOf<AgentEventType>, context);
}
