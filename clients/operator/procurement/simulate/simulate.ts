import { isAuditError } from '../../../../core/errors.ts';
import { AnswerBook, type Answered, stands } from './answered.ts';
import type { Inquiry } from './inquiry.ts';
import { QUESTIONS, type Question, type Review } from './questions.ts';
import type { Session } from './session.ts';
import { readCheckpoint, readWholeLog, type WholeLog } from './whole-log.ts';

/** A question, what was asked of the system for it, what came of it, and how long it took. */
export interface Exchange extends Answered {
  readonly id: string;
  readonly question: string;
  readonly asked: readonly string[];
  readonly seconds: number;
  readonly stands: boolean;
}

/** What a run was of, and what came of it. */
export interface Simulation {
  readonly exchanges: readonly Exchange[];
  readonly seconds: number;
  /** Whether every question was answered in time, and every answer verified. */
  readonly passed: boolean;
  /** The signed head of the log when the review began. */
  readonly checkpoint: string;
}

/** Asks the questions in turn. A question that fails does not keep the others from being asked. */
export async function simulate(
  session: Session,
  inquiry: Inquiry,
  heard: (exchange: Exchange) => void,
  questions: readonly Question[] = QUESTIONS,
): Promise<Simulation> {
  const { now } = session.api;
  const began = now();
  const checkpoint = await readCheckpoint(session);
  await session.keep('checkpoint-before', checkpoint);
  session.takeAsked();
  let whole: Promise<WholeLog> | undefined;
  const log = () => {
    whole ??= readWholeLog(session, checkpoint);
    return whole;
  };
  const review: Review = { session, inquiry, log, change: undefined };
  const exchanges: Exchange[] = [];
  for (const question of questions) {
    const exchange = await ask(question, review);
    heard(exchange);
    exchanges.push(exchange);
  }
  const passed = exchanges.every((exchange) => exchange.stands);
  return { exchanges, seconds: (now() - began) / 1_000, passed, checkpoint };
}

async function ask(question: Question, review: Review): Promise<Exchange> {
  const { session, inquiry } = review;
  const began = session.api.now();
  const answered = await attempt(question, review);
  const seconds = (session.api.now() - began) / 1_000;
  const late =
    seconds > question.withinSeconds
      ? [`It took ${seconds.toFixed(1)} s, longer than ${question.withinSeconds} s.`]
      : [];
  const { headline, answer, evidence, faults } = answered;
  const all = { headline, answer, evidence, faults: [...faults, ...late] };
  return {
    id: question.id,
    question: question.asks(inquiry),
    asked: session.takeAsked(),
    seconds,
    ...all,
    stands: stands(all),
  };
}

async function attempt(question: Question, review: Review): Promise<Answered> {
  try {
    return await question.answer(review);
  } catch (error) {
    if (!isAuditError(error)) throw error;
    const book = new AnswerBook();
    book.fault(`It could not be answered. ${error.message}`);
    return book;
  }
}
