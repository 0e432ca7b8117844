/** What the reference reads of the OpenAPI 3.1 document that the tenant's API makes of its own schemas. */
export interface OpenApi {
  info: { title: string; version: string; description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Response> };
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  /** Any one of these opens it; none: it is public. */
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, Response>;
}

export interface Parameter {
  name: string;
  in: string;
  required: boolean;
  description?: string;
  schema: Schema;
}

export interface Response {
  $ref?: string;
  description: string;
  headers?: Record<string, { description: string }>;
  content?: Record<string, Media>;
}

export interface Media {
  schema?: Schema;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

/** JSON Schema 2020-12, as far as the document uses it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** An operation with the place that it stands at. */
export interface Listed {
  method: string;
  path: string;
  operation: Operation;
}

/** All operations of the document under their headings; those alone in which `words` stands. */
export function operationsByTag(document: OpenApi, words: string): { tag: string; operations: Listed[] }[] {
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const wanted = words.trim().toLowerCase();
  const found = all.filter(({ method, path, operation }) =>
    `${method} ${path} ${operation.summary} ${operation.description ?? ''}`.toLowerCase().includes(wanted),
  );
  return document.tags
    .map(({ name }) => ({
      tag: name,
      operations: found.filter(({ operation }) => operation.tags[0] === name),
    }))
    .filter(({ operations }) => operations.length > 0);
}

/** The last step of a reference: `#/components/schemas/Token` names `Token`. */
export function nameOfRef(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

/** The kind of value that a schema takes, in a word or two. */
export function kindOf(schema: Schema): string {
  const { $ref, type, format, items, anyOf, oneOf, enum: values } = schema;
  if ($ref !== undefined) return nameOfRef($ref);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (values) return 'one of these';
  const choices = anyOf ?? oneOf;
  if (choices) return [...new Set(choices.map(kindOf))].join(' or ');
  if (items) return items.enum ? 'list of these' : `list of ${kindOf(items)}`;
  const name = Array.isArray(type) ? type.join(' or ') : (type ?? 'any JSON');
  return format === undefined ? name : `${name} (${format})`;
}

/** What else a value must be, in words. */
export function limitsOf(schema: Schema): string[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems } = schema;
  const limits = [
    rangeOf(minimum, maximum, ''),
    rangeOf(minLength, maxLength, ' characters'),
    rangeOf(minItems, maxItems, ' elements'),
    schema.default === undefined ? undefined : `default ${JSON.stringify(schema.default)}`,
  ];
  return limits.filter((limit) => limit !== undefined);
}

function rangeOf(from: number | undefined, to: number | undefined, unit: string): string | undefined {
  const most = to === undefined || to >= Number.MAX_SAFE_INTEGER ? undefined : to;
  const least = from === undefined || from <= -Number.MAX_SAFE_INTEGER ? undefined : from;
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`;
  if (most !== undefined) return `at most ${most}${unit}`;
  return least === undefined ? undefined : `at least ${least}${unit}`;
}
