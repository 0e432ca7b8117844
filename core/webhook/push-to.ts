import type { Dispatcher } from './dispatcher.ts';
import { type Endpoint, standingSecrets } from './endpoint.ts';
import type { Message } from './message.ts';
import type { Push, PushOutcome } from './push.ts';
import { pushElastic } from './push-elastic.ts';
import { pushSentinel } from './push-sentinel.ts';
import { pushOcsf, pushStandard } from './push-signed.ts';
import { pushSplunk } from './push-splunk.ts';
import type { WebhookKind } from './receiver.ts';

const PUSHES: Readonly<Record<WebhookKind, Push>> = {
  standard: pushStandard,
  ocsf: pushOcsf,
  'splunk-hec': pushSplunk,
  'elastic-bulk': pushElastic,
  sentinel: pushSentinel,
};

/** Delivers `message` in the way of the endpoint's kind. */
export async function pushTo(
  message: Message,
  endpoint: Endpoint,
  receipt: string | undefined,
  { tenantId, origin, version, post, reader, secrets, signIns }: Dispatcher,
): Promise<PushOutcome> {
  const now = () => reader.clock.now();
  const versions = standingSecrets(endpoint, now());
  const read = await Promise.all(versions.map((one) => secrets.read(endpoint.endpointId, one.version)));
  const found = read.filter((secret) => secret !== undefined);
  if (found.length === 0) return { outcome: 'failed', problem: 'secret_missing' };
  const terms = { tenantId, origin, version, post, now, secrets: found, receipt, signIns };
  return await PUSHES[endpoint.receiver.kind](message, endpoint, terms);
}
