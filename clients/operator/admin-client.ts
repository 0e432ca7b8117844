import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { z } from 'zod';
import { fromUtf8, utf8 } from '../../core/encoding.ts';
import { AuditError, type ErrorCode } from '../../core/errors.ts';

const answerSchema = z.object({ status: z.int().min(100).max(599), body: z.unknown() });
const problemSchema = z.object({ code: z.string(), detail: z.string() }).partial();
const tokenSchema = z.object({ token_id: z.string(), token: z.string() });
const emitterSchema = z.object({ emitter_id: z.string(), kid: z.string() });

const CODES: Readonly<Partial<Record<number, ErrorCode>>> = {
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  413: 'too_large',
  429: 'unavailable',
};

/** A public Ed25519 key as JWK (RFC 8037). */
interface PublicJwk {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
}

/**
 * The operator's way to a tenant's administration: the admin function, invoked directly. Who may do so is IAM's to
 * say, so it needs no token, and is how the first token comes to be. `actor` stands in the tenant's own log.
 */
export class AdminClient {
  readonly #lambda: LambdaClient;
  readonly #functionName: string;
  readonly #actor: string;

  constructor(lambda: LambdaClient, options: { functionName: string; actor: string }) {
    this.#lambda = lambda;
    this.#functionName = options.functionName;
    this.#actor = options.actor;
  }

  /** Answer of `method` `path`, its body parsed with `schema`. Throws what the API's status means. */
  async request<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T> {
    const envelope = {
      operator: { actor: this.#actor },
      method,
      path,
      ...(body === undefined ? {} : { body }),
    };
    const { FunctionError, Payload } = await this.#lambda.send(
      new InvokeCommand({ FunctionName: this.#functionName, Payload: utf8(JSON.stringify(envelope)) }),
    );
    const text = fromUtf8(Payload ?? new Uint8Array());
    if (FunctionError !== undefined) {
      throw new AuditError(
        'unavailable',
        `${this.#functionName} failed at ${method} ${path}: ${text.slice(0, 500)}`,
      );
    }
    const answer = parse(
      answerSchema,
      text === '' ? undefined : JSON.parse(text),
      'an answer {status, body}',
    );
    if (answer.status >= 400) throw refused(answer.status, answer.body, `${method} ${path}`);
    return parse(schema, answer.body, `${method} ${path}`);
  }

  /** Makes a token with the scopes of a preset, or with those named. The token is shown this once. */
  async createToken(token: {
    name: string;
    grant: { preset: 'reader' | 'writer' | 'auditor' | 'admin' } | { scopes: readonly string[] };
    expiresInDays?: number;
    requestsPerMinute?: number;
  }): Promise<{ tokenId: string; token: string }> {
    const answer = await this.request(tokenSchema, 'POST', '/v1/audit/tokens', {
      name: token.name,
      ...token.grant,
      ...(token.expiresInDays === undefined ? {} : { expires_in_days: token.expiresInDays }),
      ...(token.requestsPerMinute === undefined ? {} : { requests_per_minute: token.requestsPerMinute }),
    });
    return { tokenId: answer.token_id, token: answer.token };
  }

  /** Registers the public half of a sender's key pair, with the agents that it may speak for. */
  async createEmitter(emitter: {
    emitterId?: string;
    agents: readonly string[];
    publicJwk: PublicJwk;
  }): Promise<{ emitterId: string; kid: string }> {
    const answer = await this.request(emitterSchema, 'POST', '/v1/audit/emitters', {
      ...(emitter.emitterId === undefined ? {} : { emitter_id: emitter.emitterId }),
      agents: emitter.agents,
      public_jwk: emitter.publicJwk,
    });
    return { emitterId: answer.emitter_id, kid: answer.kid };
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new AuditError('malformed', `${what}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function refused(status: number, body: unknown, what: string): AuditError {
  const problem = problemSchema.safeParse(body);
  const { code = 'no code', detail = '' } = problem.success ? problem.data : {};
  const meaning = CODES[status] ?? (status < 500 ? 'invalid_request' : 'unavailable');
  return new AuditError(meaning, `${what} answered ${status} (${code}) ${detail}`.trimEnd());
}
