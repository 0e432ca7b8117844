import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { REFUSAL_CODES, REFUSALS } from '../../../core/event/refusal.ts';
import type { Operation } from '../../shared/http/operation.ts';
import { type ProblemCode, statusOf } from '../../shared/http/problem.ts';
import { takesKeys } from '../../shared/http/repeat.ts';
import type { Schemas } from './schemas.ts';

/** RFC 9457, as every refusal looks. */
const problemSchema = z
  .strictObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable; `detail` is for people.' }),
    detail: z.string(),
    field: z
      .string()
      .optional()
      .meta({ description: 'The parameter, or the field of the body, that it is about.' }),
    request_id: z.string(),
  })
  .meta({ id: 'Problem' });

const MEANINGS: Readonly<Record<Exclude<ProblemCode, 'misconfigured' | 'method_not_allowed'>, string>> = {
  invalid_request: 'A parameter or a field is wrong; `field` names it.',
  malformed: 'The body is not JSON of the form that is asked for, or not gzip.',
  unauthenticated: 'No token, or none that is valid here.',
  forbidden: 'The scope is missing, another tenant is named, or a grant goes beyond one’s own.',
  not_found: 'There is no such thing.',
  purged: 'Records of its time were purged after their retention: if there was one, it is gone.',
  conflict: 'It is there already, or was, or has changed since it was looked at.',
  too_large: 'More than 4 MB, or more than 16 MB after decompression.',
  in_progress:
    'The first request with this `Idempotency-Key` is being answered; `Retry-After` says when to ask again.',
  made_already:
    'The first request with this `Idempotency-Key` made what `Location` names, and its secret is not kept.',
  key_reused: 'This `Idempotency-Key` came with another request within the last day.',
  rate_limited: 'The token’s minute is used up; `Retry-After` says when the next one begins.',
  integrity: 'What is stored did not pass its own checks, and was not given out.',
  internal_error: 'Something went wrong on our side.',
  unavailable: 'A part of the service does not answer; `Retry-After` says when to try again.',
};
const ANYWHERE = [
  'invalid_request',
  'malformed',
  'too_large',
  'integrity',
  'internal_error',
  'unavailable',
] as const;
/** Answers of API Gateway before or in the place of the function. */
const GATEWAY = {
  429: 'API Gateway: more than the tenant’s share of requests.',
  504: 'API Gateway: no answer in time.',
};

const gatewaySchema = z.strictObject({ message: z.string().nullable() }).meta({ id: 'GatewayMessage' });

/** References to the problems that `operation` may answer with, by status. */
export function problemsOf(operation: Operation): Record<string, { $ref: string }> {
  const { scopes, problems = [] } = operation;
  const codes = [
    ...ANYWHERE,
    ...(scopes === 'public' ? [] : (['unauthenticated', 'forbidden'] as const)),
    ...(takesKeys(operation) ? (['in_progress', 'key_reused'] as const) : []),
    ...problems,
  ];
  const statuses = codes.map((code) => (code === 'refused' ? 422 : statusOf(code)));
  return Object.fromEntries(
    [...statuses, ...Object.keys(GATEWAY).map(Number)].map((status) => [
      String(status),
      { $ref: `#/components/responses/${nameOf(status)}` },
    ]),
  );
}

/** The components that `problemsOf` refers to. */
export function problemResponses(schemas: Schemas): Record<string, object> {
  const byStatus = new Map<number, [string, string][]>();
  for (const [code, meaning] of Object.entries(MEANINGS)) {
    const status = statusOf(code as ProblemCode);
    byStatus.set(status, [...(byStatus.get(status) ?? []), [code, meaning]]);
  }
  byStatus.set(422, [
    ...(byStatus.get(422) ?? []),
    ...REFUSAL_CODES.map((code): [string, string] => [code, REFUSALS[code]]),
  ]);
  const ours = [...byStatus].map(
    ([status, codes]) => [nameOf(status), problemResponse(status, codes, schemas)] as const,
  );
  const responses: Record<string, { description: string; content: object }> = Object.fromEntries(ours);
  for (const [status, meaning] of Object.entries(GATEWAY)) {
    const own = responses[nameOf(Number(status))];
    responses[nameOf(Number(status))] = {
      description: own ? `${own.description}\n${meaning}` : meaning,
      content: { ...own?.content, 'application/json': { schema: schemas.of(gatewaySchema) } },
    };
  }
  return responses;
}

function problemResponse(status: number, codes: readonly [string, string][], schemas: Schemas) {
  const schema = {
    allOf: [
      schemas.of(problemSchema),
      { properties: { status: { const: status }, code: { enum: codes.map(([code]) => code) } } },
    ],
  };
  const examples = codes.map(([code, detail]) => [
    code,
    {
      value: {
        type: 'about:blank',
        title: STATUS_CODES[status],
        status,
        code,
        detail,
        request_id: '3f0c1a52-8f0e-4d0b-9a3e-0c7d5b1e2f60',
      },
    },
  ]);
  return {
    description: codes.map(([code, meaning]) => `\`${code}\`: ${meaning}`).join('\n'),
    content: { 'application/problem+json': { schema, examples: Object.fromEntries(examples) } },
  };
}

function nameOf(status: number): string {
  return (STATUS_CODES[status] ?? String(status)).replaceAll(' ', '');
}
