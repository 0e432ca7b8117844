import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';

/** Starts a function that also runs on a schedule. A start that fails costs time alone, so it is no failure of the caller. */
export function wakeFunction(client: LambdaClient, functionName: string): () => Promise<void> {
  return async () => {
    const command = new InvokeCommand({ FunctionName: functionName, InvocationType: 'Event' });
    await client.send(command).catch(() => undefined);
  };
}
