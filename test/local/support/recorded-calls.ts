import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { statePaths } from '../../../clients/operator/local/state.ts';
import { STATE } from './local-tenants.ts';

const callSchema = z.object({
  account: z.string(),
  principal: z.string(),
  service: z.string(),
  action: z.string(),
  resources: z.array(z.string()),
  context: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  status: z.int(),
  error: z.string().optional(),
});

/** A question that IAM was asked about one call of an AWS API (docs/local-cloud.md). */
export type RecordedCall = z.infer<typeof callSchema>;

/** Everything that was called since the local cloud came up. */
export function recordedCalls(): RecordedCall[] {
  const lines = readFileSync(statePaths(STATE).calls, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => callSchema.parse(JSON.parse(line)));
}

/** Whether the call was refused for want of a grant. */
export function wasDenied({ status, error = '' }: RecordedCall): boolean {
  return status === 403 || /AccessDenied|Unauthorized|NotAuthorized/.test(error);
}
