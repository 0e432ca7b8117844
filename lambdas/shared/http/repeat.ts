import { AuditError } from '../../../core/errors.ts';
import {
  fingerprintOf,
  isRepeatKey,
  type KeptAnswer,
  OPEN_MS,
  REPEATABLE_MS,
  type RepeatStore,
  repeatName,
} from '../../../core/identity/repeat.ts';
import type { Clock } from '../../../core/ports.ts';
import { problemResponse } from './problem.ts';
import type { ApiRequest } from './request.ts';
import type { ApiResponse } from './response.ts';
import type { Route } from './route.ts';

const HEADER = 'idempotency-key';

/** What repeats of requests are told by. */
export interface RepeatTerms {
  repeats: RepeatStore;
  clock: Pick<Clock, 'now'>;
}

/** Whether a repeat of this route's requests could make a second thing, so that a key tells it from the first. */
export function takesKeys({ method, repeats }: Pick<Route, 'method' | 'repeats'>): boolean {
  return method === 'POST' && repeats === undefined;
}

/**
 * Answers a request that came with an `Idempotency-Key` once a day: a repeat gets the kept answer, and `serve` is not
 * called. What failed is not kept, since nothing was made. A function that dies in between leaves the key taken for a
 * minute; whoever repeats the request after that is answered anew.
 */
export async function answerOnce(
  route: Route,
  request: ApiRequest,
  { repeats, clock }: RepeatTerms,
  serve: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
  const key = takesKeys(route) ? request.header(HEADER) : undefined;
  if (key === undefined) return await serve();
  if (!isRepeatKey(key))
    throw new AuditError('invalid_request', `${HEADER}: expected 1 to 255 visible ASCII characters`, {
      field: HEADER,
    });
  const now = clock.now();
  const name = repeatName(request.caller, key);
  const path = route.path.replaceAll(/\{([^}]+)\}/g, (_, parameter: string) =>
    encodeURIComponent(request.params[parameter] ?? ''),
  );
  const fingerprint = fingerprintOf({ method: route.method, path, body: request.body });
  const standing = await repeats.take(name, {
    id: request.requestId,
    fingerprint,
    now,
    openUntil: now + OPEN_MS,
    expiresAt: now + REPEATABLE_MS,
  });
  if (standing) return repeated(standing, fingerprint, request.requestId);

  let response: ApiResponse;
  try {
    response = await serve();
  } catch (error) {
    await repeats.free(name, request.requestId).catch(() => undefined); // it is free by itself in a minute
    throw error;
  }
  if (response.status >= 400) await repeats.free(name, request.requestId).catch(() => undefined);
  // It was done: that a repeat could not be told from it would be no reason to withhold the answer.
  else await repeats.keep(name, request.requestId, kept(response)).catch(() => undefined);
  return response;
}

function kept({ status, body, once }: ApiResponse): KeptAnswer {
  if (once !== undefined) return { status, made: once };
  return { status, ...(body !== undefined && { body }) };
}

function repeated(
  { fingerprint, answer }: { fingerprint: string; answer?: KeptAnswer },
  asked: string,
  requestId: string,
): ApiResponse {
  if (fingerprint !== asked)
    return problemResponse(
      {
        status: 422,
        code: 'key_reused',
        detail: 'This Idempotency-Key came with another request within the last day: take a new one.',
        field: HEADER,
      },
      requestId,
    );
  if (!answer)
    return problemResponse(
      {
        status: 409,
        code: 'in_progress',
        detail: 'The first request with this Idempotency-Key is being answered.',
        headers: { 'retry-after': '5' },
      },
      requestId,
    );
  if (answer.made !== undefined)
    return problemResponse(
      {
        status: 409,
        code: 'made_already',
        detail:
          `The first request with this Idempotency-Key made ${answer.made}. Its secret was shown then and is not kept: ` +
          'if that answer did not reach you, end what was made, and ask again under a new key.',
        headers: { location: answer.made },
      },
      requestId,
    );
  return { status: answer.status, body: answer.body, headers: { 'idempotency-replayed': 'true' } };
}
