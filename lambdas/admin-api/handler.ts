import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { DynamoDeliveryLog, DynamoDeliveryStates } from '../adapters/dynamo-deliveries.ts';
import { DynamoErasures } from '../adapters/dynamo-erasures.ts';
import { DynamoExports } from '../adapters/dynamo-exports.ts';
import { DynamoHead } from '../adapters/dynamo-head.ts';
import { DynamoHolds } from '../adapters/dynamo-holds.ts';
import { DynamoPolicies } from '../adapters/dynamo-policies.ts';
import { DynamoRecords } from '../adapters/dynamo-records.ts';
import { DynamoWebhooks } from '../adapters/dynamo-webhooks.ts';
import { wakeFunction } from '../adapters/lambda-wake.ts';
import { isPublicAddress } from '../adapters/public-address.ts';
import { S3Exports } from '../adapters/s3-exports.ts';
import { SecretKeys } from '../adapters/secret-keys.ts';
import { SqsOutbox } from '../adapters/sqs-outbox.ts';
import { SqsWakes } from '../adapters/sqs-wakes.ts';
import { SsmSecretWriter } from '../adapters/ssm-secrets.ts';
import { systemRandom } from '../adapters/system.ts';
import { makeApi } from '../shared/http/api.ts';
import { observed } from '../shared/observed.ts';
import { environment, wireApi } from '../shared/wire-api.ts';
import { Acts } from './acts.ts';
import { adminRoutes } from './admin-api.ts';
import { parseAdminApiEnv } from './env.ts';
import { answerOperator, asOperatorInvocation } from './operator.ts';

const env = parseAdminApiEnv(environment);
const wiring = wireApi('admin-api', env);
const keys = new SecretKeys(new SecretsManagerClient(), env.INDEX_KEY_SECRET);
const sqs = new SQSClient();

const routes = adminRoutes({
  ...wiring,
  acts: new Acts(wiring.outbox, wiring.clock, systemRandom),
  random: systemRandom,
  retention: { policies: new DynamoPolicies(wiring.control), deployed: env.RETENTION },
  erasures: {
    registry: new DynamoErasures(wiring.control),
    wake: wakeFunction(new LambdaClient(), env.RETENTION_FUNCTION),
  },
  holds: {
    registry: new DynamoHolds(wiring.control),
    keys: () => keys.get(),
    heads: new DynamoHead(wiring.dynamo, env.RECORDS_TABLE),
    table: new DynamoRecords(wiring.documents, env.RECORDS_TABLE),
  },
  exports: {
    jobs: new DynamoExports(wiring.control),
    files: new S3Exports(new S3Client(), env.WORK_BUCKET),
    queue: new SqsOutbox(sqs, env.EXPORT_QUEUE_URL),
  },
  webhooks: {
    endpoints: new DynamoWebhooks(wiring.control),
    states: new DynamoDeliveryStates(wiring.control),
    deliveries: new DynamoDeliveryLog(wiring.control),
    secrets: new SsmSecretWriter(new SSMClient(), env.SECRETS_PATH, env.SECRETS_KEY_ID),
    heads: new DynamoHead(wiring.dynamo, env.RECORDS_TABLE),
    wakes: new SqsWakes(sqs, env.WEBHOOK_QUEUE_URL),
    loopback: env.EGRESS_LOOPBACK,
    isPublic: isPublicAddress,
  },
});
const api = makeApi(routes, wiring);

export const handler = observed('admin-api', run);

/** Administers tokens, emitters, exports, retention, legal holds and erasures, by API Gateway with a token or by the operator's direct invocation. */
async function run(event: APIGatewayProxyEvent, context: Context): Promise<unknown> {
  const invocation = asOperatorInvocation(event);
  if (invocation) return await answerOperator(routes, invocation, context.awsRequestId, wiring);
  return await api(event, context);
}
