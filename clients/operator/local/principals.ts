import { createHash } from 'node:crypto';
import { type LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';

const REFRESH_MS = 1000;

/**
 * The access key under which the emulator runs a function. It derives the key from the two ARNs
 * (ministack/core/lambda_runtime.py, execution_credentials), so the name can be found again from the key.
 */
export function functionAccessKey(functionArn: string, roleArn: string): string {
  const digest = createHash('sha256').update(`${functionArn}:${roleArn}`).digest('hex');
  return `ASIA${digest.slice(0, 16).toUpperCase()}`;
}

/** Tells who signed a call: `operator`, a function's name, or the access key of some other session. */
export function createPrincipals(account: string, lambda: LambdaClient, now: () => number) {
  const names = new Map<string, string>([[account, 'operator']]);
  let refreshed = -REFRESH_MS;

  async function refresh(): Promise<void> {
    for await (const page of paginateListFunctions({ client: lambda }, {})) {
      for (const { FunctionArn, FunctionName, Role } of page.Functions ?? []) {
        if (FunctionArn && FunctionName && Role)
          names.set(functionAccessKey(FunctionArn, Role), FunctionName);
      }
    }
  }

  return async (accessKey: string): Promise<string> => {
    const known = names.get(accessKey);
    if (known !== undefined || !accessKey.startsWith('ASIA')) return known ?? accessKey;
    if (now() - refreshed >= REFRESH_MS) {
      refreshed = now();
      await refresh().catch(() => undefined); // a call is never lost for want of a name
    }
    return names.get(accessKey) ?? accessKey;
  };
}
