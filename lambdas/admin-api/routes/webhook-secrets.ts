import { AuditError } from '../../../core/errors.ts';
import type { EventId } from '../../../core/event/ids.ts';
import { type Endpoint, type SecretVersion, standingSecrets } from '../../../core/webhook/endpoint.ts';
import type { Receiver } from '../../../core/webhook/receiver.ts';
import { mintSecret } from '../../../core/webhook/signature.ts';
import type { AdminApi } from '../ports.ts';

const HOUR_MS = 3_600_000;

/** What a receiver of the tenant's gave out, by its kind. */
const GIVEN = {
  'splunk-hec': 'the token of the HTTP Event Collector',
  'elastic-bulk': 'an API key, as Elastic encodes it',
  sentinel: 'a client secret of the application',
} as const;

/**
 * Makes and keeps the secret of one version, or keeps the credential that the tenant was given. `shown` is what the
 * caller sees, this once.
 */
export async function issueSecret(
  { webhooks, random }: AdminApi,
  endpointId: EventId,
  version: number,
  receiver: Receiver,
  credential: string | undefined,
): Promise<{ version: SecretVersion; shown: { secret?: string } }> {
  if (!('signature' in receiver)) {
    await webhooks.secrets.write(endpointId, version, credential ?? '');
    return { version: { version }, shown: {} };
  }
  const { secret, publicKey } = mintSecret(receiver.signature, random);
  await webhooks.secrets.write(endpointId, version, secret);
  return publicKey === undefined
    ? { version: { version }, shown: { secret } }
    : { version: { version, publicKey }, shown: {} };
}

/** A credential is the receiver's to give, and where we sign there is none. */
export function checkCredential(receiver: Receiver, credential: string | undefined): void {
  if ('signature' in receiver) {
    if (credential === undefined) return;
    throw new AuditError(
      'invalid_request',
      `credential: of kind ${receiver.kind} we make the secret ourselves`,
      {
        field: 'credential',
      },
    );
  }
  if (credential === undefined)
    throw new AuditError('invalid_request', `credential: expected ${GIVEN[receiver.kind]}`, {
      field: 'credential',
    });
}

/** `endpoint` with one secret more; of those before it, the last one signs until the overlap ends. */
export async function withNewSecret(
  api: AdminApi,
  endpoint: Endpoint,
  { overlap_hours, credential }: { overlap_hours: number; credential?: string | undefined },
): Promise<{ endpoint: Endpoint; shown: { secret?: string }; ended: number[] }> {
  const { endpointId, receiver } = endpoint;
  checkCredential(receiver, credential);
  const now = api.clock.now();
  const [newest] = standingSecrets(endpoint, now);
  const next = 1 + Math.max(...endpoint.secrets.map(({ version }) => version));
  const { version, shown } = await issueSecret(api, endpointId, next, receiver, credential);
  // Only a signature can be given twice.
  const keeps = newest && 'signature' in receiver && overlap_hours > 0;
  const kept = keeps ? [{ ...newest, until: now + overlap_hours * HOUR_MS }] : [];
  const ended = endpoint.secrets
    .map((one) => one.version)
    .filter((number) => !kept.some((one) => one.version === number));
  return { endpoint: { ...endpoint, secrets: [...kept, version] }, shown, ended };
}
