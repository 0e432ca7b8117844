import type { EventOf, PayloadOf } from '../event/event.ts';
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
  const { messages } = context;
  const { actor, target, reason } = payload;
  const { conclusion, treeSize, events } = readReview(payload);
  return {
    tone: conclusion === 'rejected' ? 'bad' : 'human',
    text: messages.reviewed(
      reviewerOf(payload),
      reviewedThing(target, context),
      conclusionText(conclusion, context),
    ),
    facts: [
      fact(messages.label.range, words(target?.filter, context)),
      fact(messages.label.comment, words(reason, context)),
      fact(
        messages.label.reviewedHead,
        treeSize === undefined || events === undefined ? undefined : messages.reviewedHead(treeSize, events),
      ),
      fact(messages.label.approver, reviewerAssurance(actor, messages)),
    ],
  };
}

/** A review for the summary: who concluded what, and of how many records the log was that was looked at. */
export function signOff({ payload }: EventOf<'REVIEW_RECORDED'>, context: Context) {
  const { conclusion, treeSize } = readReview(payload);
  return { who: reviewerOf(payload), conclusion: conclusionText(conclusion, context), treeSize };
}

function reviewedThing(
  target: PayloadOf<'REVIEW_RECORDED'>['target'],
  { messages: { reviewedThing }, taskId }: Context,
): Phrase {
  if (target?.type !== 'task' || target.id === undefined) return reviewedThing.events;
  return target.id === taskId ? reviewedThing.this : reviewedThing.task(value(target.id));
}

function reviewerOf({ actor, after }: PayloadOf<'REVIEW_RECORDED'>): Phrase {
  const { actor_name } = Object(after) as { actor_name?: unknown };
  return value(typeof actor_name === 'string' ? actor_name : actor.id);
}

function reviewerAssurance(
  { type, id }: PayloadOf<'REVIEW_RECORDED'>['actor'],
  { assurance }: Messages,
): Phrase | undefined {
  if (type === 'user') return assurance.signedIn;
  return type === 'token' ? assurance.holdsToken(value(id)) : undefined;
}

function conclusionText(conclusion: unknown, context: Context): Phrase | undefined {
  const { conclusion: known } = context.messages;
  return typeof conclusion === 'string' && Object.hasOwn(known, conclusion)
    ? known[conclusion as keyof typeof known]
    : words(conclusion, context);
}

/** What a later version may write otherwise is left out, not guessed at. */
function readReview({ after }: PayloadOf<'REVIEW_RECORDED'>) {
  const { conclusion, tree_size, event_count } = Object(after) as Record<string, unknown>;
  return {
    conclusion,
    treeSize: typeof tree_size === 'number' ? tree_size : undefined,
    events: typeof event_count === 'number' ? event_count : undefined,
  };
}
