import type { z } from 'zod';
import { type Described, type Operation, repeatableOf } from '../../shared/http/operation.ts';
import { takesKeys } from '../../shared/http/repeat.ts';
import { problemResponses, problemsOf } from './problems.ts';
import { Schemas } from './schemas.ts';

const API_VERSION = '1.0.0';

const DESCRIPTION = `One API a tenant; it holds nothing of any other. JSON in and out, \`snake_case\`, times in RFC 3339 \
and answered in UTC. Without a valid token every path that asks for one answers 401, also those that do not exist; an \
unknown path 404; another method 405. A request has at most 4 MB, and 16 MB after decompression \
(\`content-encoding: gzip\`). Unknown and repeated query parameters are refused.`;

const SECURITY_SCHEMES = {
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of this tenant. What each operation lists are the scopes of which one suffices.',
  },
  claim: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'For senders to the queue: the claim that they sign for messages, over the digest of an empty body.',
  },
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'The caller\u2019s own name for this request. Within 24 hours, the same request under the same key makes nothing ' +
    'anew: it gets the first answer, with `Idempotency-Replayed: true`. Where that held a secret, it gets 409 ' +
    '`made_already`, with the `Location` of what was made.',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
} as const;

/** The OpenAPI 3.1 document of `operations`. */
export function openApiDocument(operations: readonly Operation[]) {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of operations) {
    const path = operation.path.replace('+}', '}'); // OpenAPI has no placeholder for several segments
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(operation, schemas) };
  }
  const responses = problemResponses(schemas);
  return {
    openapi: '3.1.0',
    info: { title: 'agent-audit-trail', version: API_VERSION, description: DESCRIPTION },
    servers: [{ url: '..', description: 'The address that this document came from.' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: { schemas: schemas.components, responses, securitySchemes: SECURITY_SCHEMES },
  };
}

function describe(operation: Operation, schemas: Schemas): object {
  const { id, tag, summary, description, params, query, body, answers } = operation;
  const parameters = [
    ...pathParameters(operation.path, params, schemas),
    ...queryParameters(query, schemas),
    ...(takesKeys(operation) ? [IDEMPOTENCY_KEY] : []),
  ];
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: securityOf(operation),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: schemas.of(body.described ?? body.schema),
                example: body.example,
              },
            },
          },
        }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, answer]) => [status, responseOf(answer, schemas)]),
      ),
      ...problemsOf(operation),
    },
  };
}

/** Any one of the scopes suffices, so each is a requirement of its own. */
function securityOf({ scopes, claims }: Operation): object[] {
  if (scopes === 'public') return [];
  return [...scopes.map((scope) => ({ token: [scope] })), ...(claims ? [{ claim: [] }] : [])];
}

function pathParameters(path: string, params: z.ZodObject | undefined, schemas: Schemas): object[] {
  return [...path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = '']) => {
    const schema = params?.shape[name] as z.ZodType | undefined;
    return { name, in: 'path', required: true, schema: schema ? schemas.of(schema) : { type: 'string' } };
  });
}

function queryParameters(query: z.ZodObject | undefined, schemas: Schemas): object[] {
  if (!query) return [];
  const repeatable = repeatableOf(query);
  return Object.entries(query.shape).map(([name, value]) => {
    const { description, ...schema } = schemas.of(value as z.ZodType);
    return {
      name,
      in: 'query',
      ...(description === undefined ? {} : { description }),
      required: !(value as z.ZodType).safeParse(undefined).success,
      schema,
      ...(repeatable.includes(name) ? { style: 'form', explode: true } : {}),
    };
  });
}

function responseOf(answer: Described, schemas: Schemas): object {
  const { description, schema, type = 'application/json', example, also = {}, headers } = answer;
  const empty = schema === undefined && answer.type === undefined;
  return {
    description,
    ...(headers && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, meaning]) => [
          name,
          { description: meaning, schema: { type: 'string' } },
        ]),
      ),
    }),
    ...(empty
      ? {}
      : {
          content: {
            [type]: {
              schema: schema ? schemas.of(schema) : type.startsWith('text/') ? { type: 'string' } : {},
              ...(example === undefined ? {} : { example }),
            },
            ...Object.fromEntries(
              Object.entries(also).map(([name, text]) => [
                name,
                { schema: { type: 'string' }, example: text },
              ]),
            ),
          },
        }),
  };
}
