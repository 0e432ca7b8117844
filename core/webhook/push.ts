import type { DeliveryProblem } from './delivery.ts';
import type { Endpoint } from './endpoint.ts';
import type { Message } from './message.ts';

/** One request to a receiver. */
export interface PostRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Octets of the answer that are wanted; where it is 0 the status says everything. */
  answer: number;
}

export type PostAnswer =
  | { answered: true; status: number; retryAfter: string | undefined; body: Uint8Array }
  | { answered: false; problem: DeliveryProblem };

/** Sends to addresses of the public internet alone, and follows no redirect. What fails is an answer, not an error. */
export type Post = (request: PostRequest) => Promise<PostAnswer>;

/** What a push works with. */
export interface PushTerms {
  tenantId: string;
  /** Name of the log. */
  origin: string;
  version: string;
  post: Post;
  now(): number;
  /** Those that stand, newest first. */
  secrets: readonly string[];
  /** What the receiver gave for the message when it took it, where it has yet to say that it is safe. */
  receipt: string | undefined;
  /** Tokens that receivers' own sign-ins gave, while they hold. */
  signIns: Map<string, { token: string; until: number }>;
}

export type PushOutcome =
  | { outcome: 'delivered'; status: number; refused?: { log_index: number; status: number }[] }
  /** Taken, and to be asked for by `token` whether it is safe. */
  | { outcome: 'accepted'; status: number; token: string }
  /** The receiver wants smaller messages. */
  | { outcome: 'too_large'; status: number }
  /** It wants none any more. */
  | { outcome: 'gone'; status: number }
  | { outcome: 'failed'; problem: DeliveryProblem; status?: number; retryAfter?: string | undefined };

/** Delivers `message` in the way of one kind of receiver. */
export type Push = (message: Message, endpoint: Endpoint, terms: PushTerms) => Promise<PushOutcome>;

/** What an answer means where the protocol says no more than its status. */
export function outcomeOf(answer: PostAnswer): PushOutcome {
  if (!answer.answered) return { outcome: 'failed', problem: answer.problem };
  const { status, retryAfter } = answer;
  if (status >= 200 && status < 300) return { outcome: 'delivered', status };
  if (status === 410) return { outcome: 'gone', status };
  if (status === 413) return { outcome: 'too_large', status };
  if (status >= 300 && status < 400) return { outcome: 'failed', problem: 'redirect', status };
  const refusesUs = status === 401 || status === 403;
  return { outcome: 'failed', problem: refusesUs ? 'credentials_refused' : 'status', status, retryAfter };
}
