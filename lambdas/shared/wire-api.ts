import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { asTenantId } from '../../core/event/ids.ts';
import type { Clock } from '../../core/ports.ts';
import { ControlTable } from '../adapters/dynamo-control.ts';
import { DynamoEmitters } from '../adapters/dynamo-emitters.ts';
import { DynamoTokens } from '../adapters/dynamo-tokens.ts';
import { systemClock } from '../adapters/system.ts';
import { zlibCodec } from '../adapters/zlib-codec.ts';
import type { Variables } from './env.ts';
import type { ApiTerms } from './http/api.ts';
import { logToStdout } from './http/log-line.ts';

/** The variables of this function, for its `env.ts` to parse. */
// biome-ignore lint/style/noProcessEnv: the one place of the API functions; what is read is parsed in env.ts.
export const environment: Variables = process.env;

/** What every API function reads from its environment. */
interface ApiVariables {
  TENANT_ID: string;
  LOG_ORIGIN: string;
  CONTROL_TABLE: string;
}

/** The adapters that every API function needs, and what further ones are made of. */
export interface ApiWiring extends ApiTerms {
  clock: Clock;
  tokens: DynamoTokens;
  emitters: DynamoEmitters;
  dynamo: DynamoDBClient;
  control: ControlTable;
  documents: DynamoDBDocumentClient;
}

/** Joins ports and adapters for the functions behind API Gateway. */
export function wireApi(variables: ApiVariables): ApiWiring {
  const dynamo = new DynamoDBClient();
  const documents = DynamoDBDocumentClient.from(dynamo);
  const control = new ControlTable(documents, variables.CONTROL_TABLE);
  return {
    tenantId: asTenantId(variables.TENANT_ID),
    origin: variables.LOG_ORIGIN,
    tokens: new DynamoTokens(control),
    emitters: new DynamoEmitters(control),
    dynamo,
    documents,
    control,
    clock: systemClock,
    codec: zlibCodec,
    log: logToStdout,
  };
}
