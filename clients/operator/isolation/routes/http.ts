import { setTimeout as delay } from 'node:timers/promises';

const TIMEOUT_MS = 30_000;
const TRIES = 4;
const MAX_WAIT_S = 10;

/** A request to a tenant's API. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** The whole header; absent where there is none. */
  readonly authorization?: string;
  readonly body?: unknown;
}

/** What came back, as it stood on the wire; names of headers in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export type Send = (request: HttpRequest) => Promise<Answer>;

/** Sends to the API at `apiUrl`. "Try again later" is no refusal, so 429 and 503 are tried again. */
export function sendTo(apiUrl: string): Send {
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      const answer = await once(apiUrl, request);
      if (attempt === TRIES || (answer.status !== 429 && answer.status !== 503)) return answer;
      const seconds = Number(answer.headers['retry-after'] ?? 1);
      await delay(1_000 * Math.min(Number.isFinite(seconds) ? seconds : 1, MAX_WAIT_S));
    }
  };
}

async function once(apiUrl: string, request: HttpRequest): Promise<Answer> {
  const { method, path, query = {}, authorization, body } = request;
  const search = new URLSearchParams(query).toString();
  const response = await fetch(`${apiUrl}${path}${search === '' ? '' : `?${search}`}`, {
    method,
    redirect: 'manual',
    headers: {
      ...(authorization !== undefined && { authorization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text: await response.text(),
  };
}
