import {
  type LocalOutputs,
  readOutputs,
  type TenantOutputs,
} from '../../../clients/operator/local/outputs.ts';
import { statePaths } from '../../../clients/operator/local/state.ts';

/** The state directory of the local cloud that the tests attack; `npm test` starts one of its own. */
export const STATE = process.env.AUDIT_TRAIL_STATE ?? '.local';

/** A tenant of the running local cloud: its id, its Region, and what its outputs say. */
export interface LocalTenant extends TenantOutputs {
  readonly id: string;
  readonly region: string;
}

/** The tenant `id` of the local cloud; throws, with what to do, where none runs. */
export function localTenant(id: string): LocalTenant {
  const { region, tenants } = localOutputs();
  const tenant = tenants[id];
  if (!tenant) throw new Error(`the local cloud in ${STATE} has no tenant ${id}`);
  return { id, region, ...tenant };
}

function localOutputs(): LocalOutputs {
  const outputs = readOutputs(statePaths(STATE).outputs);
  if (!outputs) throw new Error(`no local cloud in ${STATE}: npm run local -- up --no-demo --state ${STATE}`);
  return outputs;
}
