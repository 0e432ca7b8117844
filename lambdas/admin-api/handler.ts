import type { APIGatewayProxyEvent, Context } from 'aws-lambda';
import { systemRandom } from '../adapters/system.ts';
import { makeApi } from '../shared/http/api.ts';
import { environment, wireApi } from '../shared/wire-api.ts';
import { Acts } from './acts.ts';
import { adminRoutes } from './admin-api.ts';
import { parseAdminApiEnv } from './env.ts';
import { answerOperator, asOperatorInvocation } from './operator.ts';

const env = parseAdminApiEnv(environment);
const wiring = wireApi('admin-api', env);

const routes = adminRoutes({
  ...wiring,
  acts: new Acts(wiring.outbox, wiring.clock, systemRandom),
  random: systemRandom,
});
const api = makeApi(routes, wiring);

/** Administers tokens and emitters, by API Gateway with a token or by the operator's direct invocation. */
export async function handler(event: APIGatewayProxyEvent, context: Context): Promise<unknown> {
  const invocation = asOperatorInvocation(event);
  if (invocation) return await answerOperator(routes, invocation, context.awsRequestId, wiring);
  return await api(event, context);
}
