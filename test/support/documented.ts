import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { openApiDocument } from '../../lambdas/read-api/openapi/document.ts';
import { OPERATIONS } from '../../lambdas/read-api/openapi/operations.ts';

/** A part of the document, to be looked into as a stranger would. */
export type Json = Record<string, unknown>;

export interface Media {
  schema: Json;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}
export interface DocumentedResponse {
  description: string;
  content?: Record<string, Media>;
}
export interface DocumentedOperation {
  operationId: string;
  security: Record<string, string[]>[];
  parameters?: { name: string; in: 'path' | 'query'; required: boolean; schema: Json }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, DocumentedResponse | { $ref: string }>;
}

/** An OpenAPI document with what it takes to check answers against it. */
export class Documented {
  readonly document: Json;
  readonly #ajv = new Ajv2020({ strict: false, logger: false });
  readonly #compiled = new Map<Json, ValidateFunction>();

  constructor(document: object = openApiDocument(OPERATIONS)) {
    this.document = JSON.parse(JSON.stringify(document));
    formats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'https://api.invalid/openapi.json', ...this.document });
  }

  /** Every operation with its method and path. */
  operations(): { method: string; path: string; operation: DocumentedOperation }[] {
    const paths = this.document['paths'] as Record<string, Record<string, DocumentedOperation>>;
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        operation,
      })),
    );
  }

  /** The response of an operation with this status; undefined where the document has none. */
  response({ responses }: DocumentedOperation, status: number): DocumentedResponse | undefined {
    const found = responses[String(status)];
    return found && '$ref' in found ? (this.#at(found.$ref) as DocumentedResponse) : found;
  }

  /** What is wrong with `value` by `schema`, a part of this document; undefined where nothing is. */
  problemOf(schema: Json, value: unknown): string | undefined {
    const validate = this.#compiled.get(schema) ?? this.#compile(schema);
    if (validate(value)) return undefined;
    return this.#ajv.errorsText(validate.errors);
  }

  /** What is wrong with an answer, by the document; undefined where nothing is. */
  problemOfAnswer(
    operation: DocumentedOperation,
    answer: { status: number; headers: Record<string, unknown>; json: unknown },
  ): string | undefined {
    const { operationId } = operation;
    const response = this.response(operation, answer.status);
    if (!response) return `${operationId}: status ${answer.status} is not documented`;
    const type = String(answer.headers['content-type'] ?? '');
    const content = response.content ?? {};
    const [documented, media] =
      content[type] === undefined ? (Object.entries(content)[0] ?? []) : [type, content[type]];
    if (documented === undefined || media === undefined) return undefined;
    // OTLP is answered in the encoding of its request; the document shows the JSON and says so in words.
    if (operationId === 'sendTraces' && type === 'application/x-protobuf') return undefined;
    if (documented !== type) return `${operationId} ${answer.status}: ${type} instead of ${documented}`;
    const problem = /json/.test(type) ? this.problemOf(media.schema, answer.json) : undefined;
    return problem && `${operationId} ${answer.status}: ${problem}`;
  }

  #compile(schema: Json): ValidateFunction {
    const inside = JSON.parse(
      JSON.stringify(schema).replaceAll('"#/', '"https://api.invalid/openapi.json#/'),
    ) as Json;
    const validate = this.#ajv.compile(inside);
    this.#compiled.set(schema, validate);
    return validate;
  }

  #at(pointer: string): unknown {
    return pointer
      .slice(2)
      .split('/')
      .reduce<unknown>((value, name) => (value as Json)[name], this.document);
  }
}
