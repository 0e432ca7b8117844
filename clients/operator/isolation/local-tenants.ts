import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { asTenantId } from '../../../core/event/ids.ts';
import { tokenHash } from '../../../core/identity/token.ts';
import { readEmitterKey } from '../../sdk/emitter-key.ts';
import { operatorClients } from '../local/clients.ts';
import type { LocalOutputs, TenantOutputs } from '../local/outputs.ts';
import type { DeployedTarget } from './enforcement/attack-services.ts';
import { sendTo } from './routes/http.ts';
import type { TestedTenant } from './routes/tenant.ts';

/** Whom the emitter of a local run may speak for besides the example agents. */
const LOCAL_AGENT = 'local-agent';
const LONG_AGO = '2000-01-01T00:00:00.000Z';

/** The tenants of a local cloud, as the suite attacks them over HTTP. */
export function testedTenants({ region, tenants }: LocalOutputs): TestedTenant[] {
  return Object.entries(tenants).map(([id, outputs]) => {
    const { emitter_id, private_jwk } = readEmitterKey(outputs.emitter_key_file);
    return {
      id: asTenantId(id),
      send: sendTo(outputs.api_url),
      admin: outputs.tokens.admin,
      origin: outputs.log_origin,
      emitter: { id: emitter_id, agent: LOCAL_AGENT, key: private_jwk },
      expire: (token) => expire(token, outputs, region),
    };
  });
}

/** The same tenants, as they are attacked past their APIs: their accounts, and what they have there. */
export function deployedTargets({ region, tenants }: LocalOutputs): DeployedTarget[] {
  return Object.entries(tenants).map(([id, outputs]) => ({
    id,
    emulator: { account: outputs.account, endpoint: outputs.endpoint, region },
    target: {
      tables: [outputs.records_table, outputs.control_table],
      buckets: [outputs.archive_bucket, outputs.work_bucket],
      queueUrl: outputs.queue_url,
      signingKeyId: outputs.signing_key_id,
      functionName: outputs.admin_function,
    },
  }));
}

/** Puts the end of a token's time into the past, in the tenant's own table, as the operator can and no API does. */
async function expire(token: string, outputs: TenantOutputs, region: string): Promise<void> {
  const clients = operatorClients(outputs.account, region, outputs.endpoint);
  try {
    await clients.dynamo.send(
      new UpdateItemCommand({
        TableName: outputs.control_table,
        Key: { pk: { S: 'TOKEN' }, sk: { S: tokenHash(token).slice('sha256:'.length) } },
        UpdateExpression: 'SET valid_until = :past',
        ConditionExpression: 'attribute_exists(valid_until)',
        ExpressionAttributeValues: { ':past': { S: LONG_AGO } },
      }),
    );
  } finally {
    clients.destroy();
  }
}
