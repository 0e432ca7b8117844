import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { asTenantId } from '../../core/event/ids.ts';
import type { IdentityTerms } from '../../core/identity/person.ts';
import { RateLimiter } from '../../core/identity/usage.ts';
import type { Clock } from '../../core/ports.ts';
import { ControlTable } from '../adapters/dynamo-control.ts';
import { DynamoEmitters } from '../adapters/dynamo-emitters.ts';
import { DynamoRepeats } from '../adapters/dynamo-repeats.ts';
import { DynamoTokens } from '../adapters/dynamo-tokens.ts';
import { DynamoUsage } from '../adapters/dynamo-usage.ts';
import { oidcKeys } from '../adapters/oidc-keys.ts';
import { SqsOutbox } from '../adapters/sqs-outbox.ts';
import { systemClock, systemRandom } from '../adapters/system.ts';
import { zlibCodec } from '../adapters/zlib-codec.ts';
import type { Identity, Variables } from './env.ts';
import { AccessLog } from './http/access-log.ts';
import type { ApiTerms } from './http/api.ts';
import { logToStdout } from './http/log-line.ts';
import { type Outbox, PRODUCT_VERSION } from './internal-queue.ts';

/** The variables of this function, for its `env.ts` to parse. */
// biome-ignore lint/style/noProcessEnv: the one place of the API functions; what is read is parsed in env.ts.
export const environment: Variables = process.env;

/** What every API function reads from its environment. */
interface ApiVariables {
  TENANT_ID: string;
  LOG_ORIGIN: string;
  CONTROL_TABLE: string;
  INTERNAL_QUEUE_URL: string;
  IDENTITY: Identity | undefined;
}

/** The adapters that every API function needs, and what further ones are made of. */
export interface ApiWiring extends ApiTerms {
  clock: Clock;
  tokens: DynamoTokens;
  emitters: DynamoEmitters;
  dynamo: DynamoDBClient;
  control: ControlTable;
  documents: DynamoDBDocumentClient;
  outbox: Outbox;
  usage: DynamoUsage;
}

/** Joins ports and adapters for the function `service` behind API Gateway. */
export function wireApi(service: string, variables: ApiVariables): ApiWiring {
  const dynamo = new DynamoDBClient();
  const documents = DynamoDBDocumentClient.from(dynamo);
  const control = new ControlTable(documents, variables.CONTROL_TABLE);
  const outbox = new SqsOutbox(new SQSClient(), variables.INTERNAL_QUEUE_URL);
  const ownTerms = { clock: systemClock, random: systemRandom, version: PRODUCT_VERSION };
  const usage = new DynamoUsage(control);
  return {
    tenantId: asTenantId(variables.TENANT_ID),
    origin: variables.LOG_ORIGIN,
    tokens: new DynamoTokens(control),
    emitters: new DynamoEmitters(control),
    dynamo,
    documents,
    control,
    outbox,
    access: new AccessLog(outbox, service, ownTerms),
    usage,
    repeats: new DynamoRepeats(control),
    limiter: new RateLimiter(usage, systemClock),
    identity: variables.IDENTITY && identityTerms(variables.IDENTITY),
    clock: systemClock,
    codec: zlibCodec,
    log: logToStdout,
  };
}

function identityTerms({ issuer, audience, groups_claim, groups }: Identity): IdentityTerms {
  return { issuer, audience, groupsClaim: groups_claim, groups, keys: oidcKeys(issuer) };
}
