import { setTimeout as delay } from 'node:timers/promises';
import { AuditError } from '../../core/errors.ts';
import type { LogFiles } from '../../core/receipt/verify-tiles.ts';

const TIMEOUT_MS = 60_000;
const TRIES = 5;

/** The log that a tenant's API publishes, read with a bearer token. What may pass is tried again, then `unavailable`. */
export function logClient({ apiUrl, token }: { apiUrl: string; token: string }): LogFiles {
  return {
    async read(path) {
      for (let attempt = 1; ; attempt++) {
        const answer = await ask(`${apiUrl}/v1/audit/log/${path}`, token);
        if (answer instanceof Response) {
          if (answer.status === 200) return new Uint8Array(await answer.arrayBuffer());
          if (answer.status === 404) return undefined;
          if (answer.status < 500 && answer.status !== 429) throw refused(path, answer.status);
        }
        if (attempt === TRIES)
          throw answer instanceof Response
            ? refused(path, answer.status)
            : new AuditError('unavailable', `The API does not answer for ${path}.`, { cause: answer });
        await delay(200 * 2 ** attempt);
      }
    },
  };
}

/** The answer, or why there was none. */
async function ask(url: string, token: string): Promise<unknown> {
  try {
    return await fetch(url, {
      headers: { authorization: `Bearer ${token}`, accept: '*/*' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    return error;
  }
}

function refused(path: string, status: number): AuditError {
  return new AuditError(
    status === 403 ? 'forbidden' : 'unavailable',
    `The API answered ${status} for ${path}.`,
  );
}
