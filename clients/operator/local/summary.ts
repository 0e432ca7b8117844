import type { LocalOutputs } from './outputs.ts';

export async function summarise(outputs: LocalOutputs, _signal: AbortSignal): Promise<string[]> {
  return Object.entries(outputs.tenants).map(([id, t]) => `${id}  ${t.api_url}`);
}
