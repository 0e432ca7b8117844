import type { ComponentType } from 'preact';
import type { Scope } from '../../core/identity/scope.ts';
import type { IconName } from './parts/icon.tsx';
import { EmittersView } from './views/emitters.tsx';
import { ErasuresView } from './views/erasures.tsx';
import { EventsView } from './views/events.tsx';
import { ExportsView } from './views/exports.tsx';
import { HoldsView } from './views/holds.tsx';
import { IntegrityView } from './views/integrity.tsx';
import { ProcurementView } from './views/procurement.tsx';
import { PurgesView } from './views/purges.tsx';
import { QuarantineView } from './views/quarantine.tsx';
import { RetentionView } from './views/retention.tsx';
import { ReviewsView } from './views/reviews.tsx';
import { TaskView } from './views/task.tsx';
import { TasksView } from './views/tasks.tsx';
import { TokensView } from './views/tokens.tsx';
import { WebhookView } from './views/webhook.tsx';
import { WebhooksView } from './views/webhooks.tsx';

/** A view of the console: a file under `views/` and a line below. */
export interface View {
  /** Its address: `#/<name>`. */
  name: string;
  show: ComponentType<{ query: Readonly<Record<string, string>> }>;
  /** How it stands among the places at the top; without it, it is reached from another view. */
  place?: { label: string; icon: IconName };
  /** Who lacks this is not shown the place. */
  scope?: Scope;
  /** The place that it belongs to, where it is none itself. */
  within?: string;
}

/** All views, in the order of their places; the first one is where one begins. */
export const VIEWS: readonly [View, ...View[]] = [
  { name: 'tasks', show: TasksView, place: { label: 'Tasks', icon: 'task' } },
  { name: 'task', show: TaskView, within: 'tasks' },
  { name: 'events', show: EventsView, place: { label: 'Events', icon: 'list' } },
  { name: 'reviews', show: ReviewsView, place: { label: 'Reviews', icon: 'pen' }, scope: 'reviews' },
  { name: 'quarantine', show: QuarantineView, place: { label: 'Quarantine', icon: 'wait' } },
  { name: 'integrity', show: IntegrityView, place: { label: 'Integrity', icon: 'shield' } },
  { name: 'procurement', show: ProcurementView, place: { label: 'Procurement', icon: 'decision' } },
  { name: 'exports', show: ExportsView, place: { label: 'Exports', icon: 'fetch' }, scope: 'exports' },
  { name: 'retention', show: RetentionView, place: { label: 'Retention', icon: 'lock' }, scope: 'retention' },
  { name: 'holds', show: HoldsView, within: 'retention' },
  { name: 'erasures', show: ErasuresView, within: 'retention' },
  { name: 'purges', show: PurgesView, within: 'retention' },
  { name: 'webhooks', show: WebhooksView, place: { label: 'Webhooks', icon: 'push' }, scope: 'webhooks' },
  { name: 'webhook', show: WebhookView, within: 'webhooks' },
  { name: 'tokens', show: TokensView, place: { label: 'Tokens', icon: 'key' }, scope: 'tokens' },
  { name: 'emitters', show: EmittersView, place: { label: 'Emitters', icon: 'send' }, scope: 'tokens' },
];
