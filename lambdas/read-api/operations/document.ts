import { z } from 'zod';
import type { Operation } from '../../shared/http/operation.ts';

export const getOpenApiDocument = {
  id: 'getOpenApiDocument',
  leaves: { nothing: 'It describes this version, and holds nothing of the tenant.' },
  tag: 'Reference',
  method: 'GET',
  path: '/v1/openapi.json',
  scopes: 'public',
  summary: 'This document',
  answers: {
    200: {
      description: 'OpenAPI 3.1.',
      schema: z.looseObject({ openapi: z.string(), paths: z.looseObject({}) }),
      example: { openapi: '3.1.0', paths: {} },
    },
  },
} as const satisfies Operation;
