import type { AuditEvent } from '../event/event.ts';
import { durationPhrase } from './duration.ts';
import { inWords, join, type Phrase, say, value } from './phrase.ts';
import { agentName, type Context, fact, moment, name, type Teller, words } from './told.ts';

export const started: Teller<'TASK_INITIATED'> = (event, context) => {
  const { messages, withheld } = context;
  const { goal, input, trigger } = event.payload;
  if (event.task?.id !== context.taskId && event.task) {
    return {
      tone: 'start',
      text: messages.delegated(agentName(event), inWords(goal, withheld)),
      facts: [
        fact(messages.label.subTask, value(event.task.id)),
        fact(messages.label.input, words(input, context)),
      ],
      sub_task_id: event.task.id,
    };
  }
  return {
    tone: 'start',
    text: messages.started(
      initiatorOf(event, context),
      moment(event.occurred_at, context),
      inWords(goal, withheld),
    ),
    facts: [
      fact(messages.label.requester, requesterOf(event, context)),
      fact(messages.label.onBehalfOf, onBehalfOf(event)),
      fact(messages.label.subTaskOf, name(event.task?.parent_id)),
      fact(
        messages.label.trigger,
        trigger && value([trigger.kind, trigger.schedule_id].filter(Boolean).join(' ')),
      ),
      fact(
        messages.label.deadline,
        trigger?.deadline === undefined ? undefined : moment(trigger.deadline, context),
      ),
      fact(messages.label.input, words(input, context)),
    ],
  };
};

/** On whose account, as the subject of a sentence. */
function initiatorOf({ initiator }: AuditEvent, { messages }: Context): Phrase {
  if (!initiator) return messages.initiatorUnknown;
  const id = name(initiator.user_id);
  return initiator.type === 'user'
    ? (id ?? messages.initiatorUnknown)
    : messages.initiator[initiator.type](id);
}

/** Who asked for the task, and how sure we are of that. */
export function requesterOf(event: AuditEvent, context: Context): Phrase {
  const { assurance } = context.messages;
  const sure = assurance[event.initiator?.assurance ?? 'unknown'];
  return event.initiator ? say`${initiatorOf(event, context)} (${sure})` : context.messages.initiatorUnknown;
}

function onBehalfOf({ initiator }: AuditEvent): Phrase | undefined {
  return (
    initiator?.on_behalf_of &&
    join(
      initiator.on_behalf_of.map(({ type, id }) => value(`${type} ${id}`)),
      ' → ',
    )
  );
}

export const said: Teller<'MESSAGE_EXCHANGED'> = ({ payload }, context) => ({
  tone: 'plain',
  text: context.messages.said[payload.role](inWords(payload.content, context.withheld)),
  facts: [fact(context.messages.label.channel, name(payload.channel))],
});

export const suspended: Teller<'TASK_SUSPENDED'> = ({ payload }, context) => ({
  tone: 'pause',
  text: context.messages.suspended(words(payload.waiting_for, context)),
  facts: [
    fact(
      context.messages.label.until,
      payload.until === undefined ? undefined : moment(payload.until, context),
    ),
  ],
});

export const resumed: Teller<'TASK_RESUMED'> = ({ occurred_at }, context) => {
  const since = context.pausedAt();
  const paused = since === undefined ? undefined : Math.max(0, Date.parse(occurred_at) - since);
  return {
    tone: 'pause',
    text: context.messages.resumed(
      paused === undefined ? undefined : durationPhrase(paused, context.messages),
    ),
  };
};

export const completed: Teller<'TASK_COMPLETED'> = ({ payload }, context) => {
  const { messages } = context;
  return {
    tone: 'good',
    text: messages.completed(durationOf(payload, context), words(payload.output, context)),
    facts: [
      fact(messages.label.tokens, tokensText(payload.tokens, context)),
      fact(messages.label.cost, payload.cost && value(`${payload.cost.amount} ${payload.cost.currency}`)),
    ],
  };
};

export const failed: Teller<'TASK_FAILED'> = ({ payload }, context) => {
  const { messages, withheld } = context;
  return {
    tone: 'bad',
    text: messages.failed(durationOf(payload, context), inWords(payload.reason, withheld)),
    facts: [
      fact(messages.label.error, words(payload.error?.message, context)),
      fact(messages.label.errorCode, name(payload.error?.code)),
      fact(messages.label.lastState, words(payload.last_known_state, context)),
    ],
  };
};

export const cancelled: Teller<'TASK_CANCELLED'> = ({ payload }, context) => ({
  tone: 'bad',
  text: context.messages.cancelled(
    name(payload.by),
    durationOf(payload, context),
    words(payload.reason, context),
  ),
});

/** `5210 in, 640 out, 5850 in all`. */
export function tokensText(
  tokens:
    | Partial<Record<'input' | 'output' | 'cached' | 'reasoning' | 'total', number | undefined>>
    | undefined,
  { messages }: Pick<Context, 'messages'>,
): Phrase | undefined {
  if (!tokens) return undefined;
  const kinds = (['input', 'output', 'cached', 'reasoning', 'total'] as const).flatMap((kind) => {
    const count = tokens[kind];
    return count === undefined ? [] : [[messages.tokenKinds[kind], count] as [string, number]];
  });
  return kinds.length === 0 ? undefined : [messages.tokens(kinds)];
}

function durationOf(
  { duration_ms }: { duration_ms?: number | undefined },
  { messages }: Pick<Context, 'messages'>,
): Phrase | undefined {
  return duration_ms === undefined ? undefined : durationPhrase(duration_ms, messages);
}
