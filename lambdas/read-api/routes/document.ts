import { routeOf } from '../../shared/http/operation.ts';
import { openApiDocument } from '../openapi/document.ts';
import { OPERATIONS } from '../openapi/operations.ts';
import { getOpenApiDocument } from '../operations/document.ts';

/** It is the same for every tenant of this version, and made when it is first asked for. */
let document: ReturnType<typeof openApiDocument> | undefined;

/** `GET /v1/openapi.json`, for anybody. */
export function documentRoutes() {
  return [
    routeOf(getOpenApiDocument, async () => {
      document ??= openApiDocument(OPERATIONS);
      return { status: 200, headers: { 'cache-control': 'public, max-age=300' }, body: document };
    }),
  ];
}
