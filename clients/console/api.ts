/** What the API says when it does not do what was asked (RFC 9457), or what stands in its place when it is not reached. */
export interface Problem {
  status: number;
  code: string;
  detail: string;
  field?: string;
}

export type Answer<T> = { ok: true; data: T } | { ok: false; problem: Problem };

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The tenant's API, asked with one token. Nothing but this class knows the token, and it goes into no address. */
export class Api {
  readonly base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.base = base;
    this.#token = token;
  }

  get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer<T>> {
    return this.#ask<T>('GET', `${path}${queryText(query)}`, undefined, signal);
  }

  send<T>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<Answer<T>> {
    return this.#ask<T>(method, path, body);
  }

  async #ask<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Answer<T>> {
    try {
      const response = await fetch(`${this.base}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.#token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        cache: 'no-store',
        credentials: 'omit',
        referrerPolicy: 'no-referrer',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(signal === undefined ? {} : { signal }),
      });
      const json = /\bjson\b/.test(response.headers.get('content-type') ?? '');
      const data: unknown = json ? await response.json() : await response.text();
      return response.ok
        ? { ok: true, data: data as T }
        : { ok: false, problem: readProblem(response.status, data) };
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError')
        return { ok: false, problem: { status: 0, code: 'aborted', detail: 'The request was given up.' } };
      return {
        ok: false,
        problem: {
          status: 0,
          code: 'unreachable',
          detail: 'The API does not answer. Check the connection, then try again.',
        },
      };
    }
  }
}

function queryText(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, given] of Object.entries(query))
    for (const value of [given ?? []].flat()) if (value !== '') search.append(name, value);
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
}

function readProblem(status: number, data: unknown): Problem {
  const { code, detail, field } = Object(data) as Record<string, unknown>;
  return {
    status,
    code: typeof code === 'string' ? code : `http_${status}`,
    detail: typeof detail === 'string' ? detail : `The API answered ${status}.`,
    ...(typeof field === 'string' ? { field } : {}),
  };
}

/** Where the API lies, seen from the page that it serves: everything before `/console`. */
export function apiBaseOf({ origin, pathname }: Pick<Location, 'origin' | 'pathname'>): string {
  return origin + pathname.replace(/\/console(?:\/.*)?$/, '');
}
