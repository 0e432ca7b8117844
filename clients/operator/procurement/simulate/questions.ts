import { everyAction, everyCall } from './actions.ts';
import type { Answered } from './answered.ts';
import { asSpoken, type Inquiry } from './inquiry.ts';
import { leaving } from './leaving.ts';
import type { Seen } from './pages.ts';
import { reasonsFor } from './reasons.ts';
import type { Session } from './session.ts';
import { splunkExport } from './splunk.ts';
import { unmodified } from './unmodified.ts';
import type { WholeLog } from './whole-log.ts';

/** What the questions have in common: the log, read whole once, and the record that one of them hands to the next. */
export interface Review {
  readonly session: Session;
  readonly inquiry: Inquiry;
  /** The log as it is when it is first asked for, against the checkpoint from the beginning of the review. */
  readonly log: () => Promise<WholeLog>;
  change: Seen | undefined;
}

export interface Question {
  readonly id: string;
  readonly asks: (inquiry: Inquiry) => string;
  readonly answer: (review: Review) => Promise<Answered>;
  /** Longer than this is a fault. */
  readonly withinSeconds: number;
}

const MINUTES = 60;

/** The five questions of a skeptical security officer, and the first as such people put it. */
export const QUESTIONS: readonly Question[] = [
  {
    id: '1',
    asks: ({ user, from, to }) =>
      `Show me every action the AI agent took on behalf of user ${user} between ${asSpoken(from)} and ${asSpoken(to)}.`,
    answer: ({ session, inquiry, log }) => everyAction(session, inquiry, log),
    withinSeconds: 3 * MINUTES,
  },
  {
    id: '1b',
    asks: ({ user, agent, days }) =>
      `All calls by agent ${agent} for user ${user} between ${days.from} and ${days.to}, in under 30 seconds.`,
    answer: ({ session, inquiry, log }) => everyCall(session, inquiry, log),
    withinSeconds: 30,
  },
  {
    id: '2',
    asks: ({ at, record }) =>
      `For the task that modified the ${record} record at ${asSpoken(at)}, show me the agent's reasoning for that modification.`,
    answer: async (review) => {
      const reasons = await reasonsFor(review.session, review.inquiry);
      review.change = reasons.change;
      return reasons;
    },
    withinSeconds: 3 * MINUTES,
  },
  {
    id: '3',
    asks: () => 'Export the complete audit history for our tenant in a format I can import into Splunk.',
    answer: ({ session, log }) => splunkExport(session, log),
    withinSeconds: 3 * MINUTES,
  },
  {
    id: '4',
    asks: () => 'How do I know this audit record has not been modified since it was written?',
    answer: ({ session, change, log }) => unmodified(session, change, log),
    withinSeconds: 3 * MINUTES,
  },
  {
    id: '5',
    asks: () =>
      'If we terminate our contract, how do we get all of our audit data, and how long do you retain it after termination?',
    answer: ({ session }) => leaving(session),
    withinSeconds: 3 * MINUTES,
  },
];
