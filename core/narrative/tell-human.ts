import type { EventOf } from '../event/event.ts';
import { durationPhrase } from './duration.ts';
import type { Messages } from './messages/en.ts';
import { inWords, type Phrase, value } from './phrase.ts';
import { type Context, fact, moment, name, type Teller, type Told, words } from './told.ts';

export const escalated: Teller<'HUMAN_ESCALATION_TRIGGERED'> = ({ payload }, context) => {
  const { messages, withheld } = context;
  const { reason, question, requested_from, deadline } = payload;
  return {
    tone: 'human',
    text: messages.escalated(inWords(question ?? reason, withheld)),
    facts: [
      question === undefined ? undefined : fact(messages.label.reason, inWords(reason, withheld)),
      fact(messages.label.askedOf, name(requested_from)),
      fact(messages.label.deadline, deadline === undefined ? undefined : moment(deadline, context)),
    ],
  };
};

export const humanDecided: Teller<'HUMAN_DECISION_RECORDED'> = (
  { payload, causation, occurred_at },
  context,
) => {
  const { messages } = context;
  const { approver, decision, justification } = payload;
  const asked = context.askedAt(causation?.call_id);
  const waited = asked === undefined ? undefined : Math.max(0, Date.parse(occurred_at) - asked);
  return {
    tone: decision === 'rejected' ? 'bad' : 'human',
    text: messages.humanDecided[decision](
      value(approver.id),
      waited === undefined ? undefined : durationPhrase(waited, messages),
    ),
    facts: [
      fact(messages.label.why, words(justification, context)),
      fact(messages.label.approver, assuranceOf(approver, messages)),
    ],
  };
};

export const intervened: Teller<'HUMAN_INTERVENED'> = ({ payload }, context) => {
  const { messages } = context;
  const { actor, action, justification } = payload;
  return {
    tone: 'human',
    text: messages.intervened[action](value(actor.id)),
    facts: [
      fact(messages.label.why, words(justification, context)),
      fact(messages.label.approver, assuranceOf(actor, messages)),
    ],
  };
};

/** How sure we are that a person was who the agent says. */
export function assuranceOf({ auth }: { auth?: string | undefined }, { assurance }: Messages): Phrase {
  return auth === undefined ? assurance.reported : assurance.authenticated(value(auth));
}

/** A person judged the task: the record is the audit trail's own. */
export function reviewed({ payload }: EventOf<'REVIEW_RECORDED'>, context: Context): Told {
  const { actor, after, reason } = payload;
  const { conclusion, comment } = readReview(after);
  return {
    tone: 'human',
    text: context.messages.reviewed(value(actor.id), words(conclusion, context)),
    facts: [fact(context.messages.label.comment, words(comment ?? reason, context))],
  };
}

function readReview(after: unknown): { conclusion?: unknown; comment?: unknown } {
  if (typeof after !== 'object' || after === null) return {};
  const { conclusion, comment } = after as { conclusion?: unknown; comment?: unknown };
  return {
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(comment === undefined ? {} : { comment }),
  };
}
