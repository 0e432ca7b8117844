import { z } from 'zod';
import type { ProblemCode } from './problem.ts';
import { parseQuery } from './query-parameters.ts';
import { type ApiRequest, jsonBody, parseInput } from './request.ts';
import type { ApiResponse } from './response.ts';
import type { Route } from './route.ts';

/**
 * What a route takes and what it answers, as the OpenAPI document tells it. The handler gets what these same schemas
 * have parsed, so that document and code can't part. It holds no port and no adapter: read-api publishes the
 * operations of all functions.
 */
export interface Operation extends Omit<Route, 'handle'> {
  /** `operationId`: stable, a verb and its object. */
  id: string;
  /** The heading that it stands under. */
  tag: string;
  summary: string;
  description?: string;
  /** Placeholders of the path; without it they are texts of any kind. */
  params?: z.ZodObject;
  /** Query parameters; those that are arrays may be repeated. */
  query?: z.ZodObject;
  body?: {
    schema: z.ZodType;
    /** What the document shows in the place of `schema`, where the handler takes more than it accepts. */
    described?: z.ZodType;
    example: unknown;
    /** How the value comes out of the request; default: one small JSON document. */
    read?: (request: Pick<ApiRequest, 'body'>) => unknown;
  };
  /** Answers other than problems, by status. */
  answers: Readonly<Record<number, Described>>;
  /** Problems beside those that every operation may answer with; `refused` is 422 with the code of a refusal. */
  problems?: readonly (ProblemCode | 'refused')[];
}

/** An answer: JSON of `schema`, a text or bytes of `type`, or no body at all. */
export interface Described {
  description: string;
  schema?: z.ZodType;
  /** Default: `application/json`. */
  type?: string;
  example?: unknown;
  /** Texts that the same answer may be instead, by their type, each with an example. */
  also?: Readonly<Record<string, string>>;
  /** Headers besides the usual ones, with what they mean. */
  headers?: Readonly<Record<string, string>>;
}

/** The request, and its parts as the operation's schemas read them. */
export interface Asked<O extends Operation> extends Omit<ApiRequest, 'params' | 'query' | 'body'> {
  params: O['params'] extends z.ZodObject ? z.output<O['params']> : Readonly<Record<string, string>>;
  query: O['query'] extends z.ZodObject ? z.output<O['query']> : Readonly<Record<string, never>>;
  body: O['body'] extends { schema: z.ZodType } ? z.output<O['body']['schema']> : undefined;
}

/** A route that answers for an operation. */
export type OperationRoute = Route & { operation: Operation };

const NO_QUERY = z.strictObject({});

/** The route of `operation`: `handle` hears of nothing that its schemas do not take. */
export function routeOf<const O extends Operation>(
  operation: O,
  handle: (asked: Asked<O>) => Promise<ApiResponse>,
): OperationRoute {
  const { params, query = NO_QUERY, body } = operation;
  return {
    ...operation,
    operation,
    handle: (request) =>
      handle({
        ...request,
        params: params ? parseInput(params, request.params) : request.params,
        query: parseQuery(request, query, repeatableOf(query)),
        body: body ? parseInput(body.schema, (body.read ?? jsonBody)(request)) : undefined,
      } as Asked<O>),
  };
}

/** The parameters of `query` that may stand more than once. */
export function repeatableOf(query: z.ZodObject): string[] {
  return Object.entries(query.shape).flatMap(([name, schema]) => (isList(schema) ? [name] : []));
}

function isList(schema: unknown): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return isList(schema.unwrap());
  return schema instanceof z.ZodArray;
}
