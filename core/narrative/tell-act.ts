import { durationPhrase } from './duration.ts';
import type { Messages } from './messages/en.ts';
import { block, inWords, join, type Phrase, plain, value } from './phrase.ts';
import { afterTo, type Purpose, purposeOfName } from './purpose.ts';
import { type Context, fact, name, type Teller, words } from './told.ts';

export const called: Teller<'TOOL_CALLED'> = ({ payload, causation }, context) => {
  const { messages } = context;
  const { tool, purpose: stated, elevated_permissions: permissions, attempt } = payload;
  const decision = context.decision(causation?.decision_id);
  const purpose = purposeOf(stated, decision, tool.name, context);
  const kind = tool.kind === 'agent' || tool.kind === 'memory' ? tool.kind : 'tool';
  return {
    tone: 'plain',
    text: purpose
      ? messages.called[kind](value(tool.name), purpose.text)
      : messages.calledWithoutPurpose(value(tool.name)),
    facts: [
      fact(
        messages.label.purpose,
        purpose && purpose.from !== 'stated' ? messages.purposeFrom[purpose.from] : undefined,
      ),
      fact(messages.label.decision, decisionFact(tool.side_effect, decision, messages)),
      fact(messages.label.input, words(payload.input, context)),
      fact(messages.label.sideEffect, tool.side_effect ? [messages.yes] : undefined),
      fact(messages.label.permissions, permissions && join(permissions.map(value), ', ')),
      fact(messages.label.server, name(tool.server)),
      fact(messages.label.attempt, attempt !== undefined && attempt > 1 ? [String(attempt)] : undefined),
    ],
  };
};

function purposeOf(
  stated: unknown,
  decision: Phrase | undefined,
  toolName: string,
  { messages, withheld }: Context,
): { text: Phrase; from: Purpose['from'] } | undefined {
  if (stated !== undefined) {
    const text = typeof stated === 'string' ? value(afterTo(stated)) : inWords(stated, withheld);
    if (plain(text) !== '') return { text, from: 'stated' };
  }
  if (decision) return { text: messages.carryOut(decision), from: 'decision' };
  const inferred = purposeOfName(toolName);
  return inferred === undefined ? undefined : { text: value(inferred), from: 'name' };
}

/** What changes something outside the agent should have a decision behind it, so there its absence is told too. */
function decisionFact(
  sideEffect: boolean | undefined,
  decision: Phrase | undefined,
  { label }: Messages,
): Phrase | undefined {
  if (decision) return decision;
  return sideEffect ? [label.noDecision] : undefined;
}

export const answered: Teller<'TOOL_RESULT_RECEIVED'> = ({ payload, causation }, context) => {
  const { messages } = context;
  const { status, result_summary, latency_ms, error } = payload;
  const known = context.call(causation?.call_id);
  const tool = known ? value(known.tool) : messages.someTool;
  const summary = words(result_summary, context);
  const why = words(error?.message, context) ?? summary;
  return {
    tone: status === 'ok' ? 'plain' : 'bad',
    text: status === 'ok' ? messages.answered.ok(tool, summary) : messages.answered[status](tool, why),
    facts: [
      fact(
        messages.label.latency,
        latency_ms === undefined ? undefined : durationPhrase(latency_ms, messages),
      ),
      fact(messages.label.errorCode, name(error?.code)),
    ],
  };
};

export const decided: Teller<'DECISION_POINT'> = ({ payload }, context) => {
  const { messages, withheld } = context;
  const { reasoning_summary, options_considered, selected_action, policy_references, source } = payload;
  const options = Array.isArray(options_considered) ? options_considered : [];
  const reasons =
    typeof reasoning_summary === 'string'
      ? paragraphs(reasoning_summary)
      : [inWords(reasoning_summary, withheld)];
  return {
    tone: 'decision',
    text:
      selected_action === 'none'
        ? messages.decidedNothing
        : messages.decided(inWords(selected_action, withheld)),
    body: reasons,
    options: options.map(({ option, outcome, reason }) => ({
      option: inWords(option, withheld),
      outcome,
      outcomeText: messages.outcome[outcome],
      ...(reason === undefined ? {} : { reason: inWords(reason, withheld) }),
    })),
    facts: [
      options_considered !== undefined && !Array.isArray(options_considered)
        ? fact(messages.label.reasons, inWords(options_considered, withheld))
        : undefined,
      fact(messages.label.policies, policy_references && join(policy_references.map(value), ', ')),
      fact(messages.label.reasonsFrom, source && messages.reasonsFrom[source]),
    ],
  };
};

function paragraphs(text: string): Phrase[] {
  return text.split(/\n\s*\n/).map(block);
}

export const policyEvaluated: Teller<'POLICY_EVALUATED'> = ({ payload }, context) => {
  const { policy, version, outcome, reason } = payload;
  return {
    tone: 'plain',
    text: context.messages.policy[outcome](value(version === undefined ? policy : `${policy} ${version}`)),
    facts: [fact(context.messages.label.reason, words(reason, context))],
  };
};

export const accessed: Teller<'DATA_ACCESSED'> = ({ payload, causation }, context) => {
  const { messages } = context;
  const { operation, store, resource, record_count, data_classes } = payload;
  const decision = context.decision(causation?.decision_id ?? context.call(causation?.call_id)?.decisionId);
  return {
    tone: 'data',
    text: messages.accessed[operation]([messages.records(record_count)], value(store.name)),
    facts: [
      fact(messages.label.resource, words(resource, context)),
      fact(messages.label.system, name([store.system, store.kind].filter(Boolean).join(', ') || undefined)),
      fact(messages.label.dataClasses, data_classes && join(data_classes.map(value), ', ')),
      fact(messages.label.decision, operation === 'read' ? undefined : decision),
    ],
  };
};

export const agentChanged: Teller<'AGENT_CHANGED'> = ({ payload }, context) => {
  const { messages } = context;
  const { what, from, to, approved_by } = payload;
  return {
    tone: 'pause',
    text: messages.agentChanged[what](
      words(from, context) ?? messages.notSaid,
      words(to, context) ?? messages.notSaid,
    ),
    facts: [fact(messages.label.approvedBy, name(approved_by))],
  };
};
