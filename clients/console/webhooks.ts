import type { DeliveryProblem } from '../../core/webhook/delivery.ts';
import type { Receiver, WebhookKind } from '../../core/webhook/receiver.ts';

/** An endpoint as the API shows it. */
export interface Webhook {
  webhook_id: string;
  name?: string;
  url: string;
  receiver: Receiver;
  filter: Readonly<Record<string, unknown>>;
  state: 'enabled' | 'failing' | 'disabled';
  disabled?: { at?: string; reason: 'by_request' | 'gone' | 'failed_for_days' };
  public_key?: string;
  next_index: number;
  behind: number;
  delivered: number;
  refused: number;
  failures: number;
  next_attempt_at?: string;
  last_success_at?: string;
  last_failure?: { at: string; problem: DeliveryProblem; status?: number };
  created_at: string;
  created_by: string;
}

/** One that was just made, or has a new secret. */
export interface IssuedWebhook extends Webhook {
  secret?: string;
}

export const KINDS: Readonly<Record<WebhookKind, string>> = {
  standard: 'records with proofs (Standard Webhooks)',
  ocsf: 'OCSF events (Standard Webhooks)',
  'splunk-hec': 'Splunk’s HTTP Event Collector',
  'elastic-bulk': 'Elastic’s bulk API',
  sentinel: 'Microsoft Sentinel',
};

/** What the receiver gave the tenant, by kind; the others are signed with a secret of ours. */
export const CREDENTIALS: Partial<Readonly<Record<WebhookKind, string>>> = {
  'splunk-hec': 'HEC token',
  'elastic-bulk': 'API key',
  sentinel: 'Client secret of the application',
};

export const WEBHOOK_STATES = {
  enabled: { says: 'Delivers', looks: 'completed' },
  failing: { says: 'Fails, and is tried again', looks: 'open' },
  disabled: { says: 'Switched off', looks: 'failed' },
} as const;

export const DISABLED = {
  by_request: 'by request',
  gone: 'because it answered 410 Gone',
  failed_for_days: 'after days of failure',
} as const;

export function webhookPath(webhookId: string): string {
  return `/v1/audit/webhooks/${encodeURIComponent(webhookId)}`;
}
