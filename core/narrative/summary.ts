import type { AuditEvent } from '../event/event.ts';
import type { Recorded } from './entry.ts';
import { inWords, type Phrase, plain, say, value } from './phrase.ts';
import { assuranceOf, type signOff } from './tell-human.ts';
import { requesterOf, tokensText } from './tell-task.ts';
import { agentName, type Context } from './told.ts';

export type Outcome = 'completed' | 'failed' | 'cancelled' | 'open';

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  TASK_COMPLETED: 'completed',
  TASK_FAILED: 'failed',
  TASK_CANCELLED: 'cancelled',
};

/** What a person needs to know of a task before signing for it, gathered in one pass. */
export class Summary {
  goal: Phrase | undefined;
  outcome: Outcome = 'open';
  startedAt: string | undefined;
  endedAt: string | undefined;
  durationMs: number | undefined;
  requester: Phrase | undefined;
  tokens: Phrase | undefined;
  cost: Phrase | undefined;
  events = 0;
  late = 0;
  lastRecordedAt = '';
  /** Index of the last of the task's events in the log. */
  lastIndex = -1;
  readonly approvers = new Distinct();
  readonly reviews: ReturnType<typeof signOff>[] = [];
  readonly agents = new Distinct();
  readonly models = new Distinct();
  readonly prompts = new Distinct();
  readonly policies = new Distinct();
  readonly changes = new Distinct();
  readonly dataRead = new Distinct();
  readonly dataWritten = new Distinct();

  add(
    { record, log_index }: Recorded,
    event: AuditEvent,
    late: boolean,
    told: Phrase,
    context: Context,
  ): void {
    this.events++;
    if (late) this.late++;
    if (record.recorded_at > this.lastRecordedAt) this.lastRecordedAt = record.recorded_at;
    this.lastIndex = Math.max(this.lastIndex, log_index);
    this.#agent(event);
    switch (event.event_type) {
      case 'TASK_INITIATED':
        this.goal ??= inWords(event.payload.goal, context.withheld);
        this.requester ??= requesterOf(event, context);
        this.startedAt ??= event.occurred_at;
        break;
      case 'TASK_COMPLETED':
        this.tokens = tokensText(event.payload.tokens, context);
        this.cost =
          event.payload.cost && value(`${event.payload.cost.amount} ${event.payload.cost.currency}`);
        this.#end(event, event.payload);
        break;
      case 'TASK_FAILED':
      case 'TASK_CANCELLED':
        this.#end(event, event.payload);
        break;
      case 'DECISION_POINT':
        for (const policy of event.payload.policy_references ?? []) this.policies.add(value(policy));
        break;
      case 'POLICY_EVALUATED': {
        const { policy, version } = event.payload;
        this.policies.add(value(version === undefined ? policy : `${policy} ${version}`));
        break;
      }
      case 'HUMAN_DECISION_RECORDED': {
        const { approver } = event.payload;
        this.approvers.add(say`${value(approver.id)} (${assuranceOf(approver, context.messages)})`);
        break;
      }
      case 'HUMAN_INTERVENED': {
        const { actor } = event.payload;
        this.approvers.add(say`${value(actor.id)} (${assuranceOf(actor, context.messages)})`);
        break;
      }
      case 'AGENT_CHANGED':
        this.changes.add(told);
        break;
      case 'DATA_ACCESSED': {
        const to = event.payload.operation === 'read' ? this.dataRead : this.dataWritten;
        for (const dataClass of event.payload.data_classes ?? []) to.add(value(dataClass));
        break;
      }
      default:
    }
  }

  #agent(event: AuditEvent): void {
    const { agent } = event;
    this.agents.add(
      agent.owner === undefined ? agentName(event) : value(`${agent.id} ${agent.version} (${agent.owner})`),
    );
    if (agent.model) {
      const { provider, name, version } = agent.model;
      this.models.add(value([provider, name, version].filter(Boolean).join(' ')));
    }
    if (agent.prompt) {
      const { id, version, digest } = agent.prompt;
      this.prompts.add(value([id, version, digest].filter(Boolean).join(' ')));
    }
  }

  #end({ event_type, occurred_at }: AuditEvent, { duration_ms }: { duration_ms?: number | undefined }): void {
    this.outcome = OUTCOMES[event_type] ?? 'open';
    this.endedAt = occurred_at;
    this.durationMs =
      duration_ms ??
      (this.startedAt === undefined ? undefined : Date.parse(occurred_at) - Date.parse(this.startedAt));
  }
}

const MOST_VALUES = 20;

/** Different phrases, in the order in which they came up; the first are kept, the others counted. */
export class Distinct {
  readonly phrases = new Map<string, Phrase>();
  more = 0;
  readonly #seen = new Set<string>();

  add(phrase: Phrase): void {
    const key = plain(phrase);
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    if (this.phrases.size < MOST_VALUES) this.phrases.set(key, phrase);
    else this.more++;
  }

  /** All of them with `between`, undefined where there are none. */
  joined(between: string): Phrase | undefined {
    const phrases = [...this.phrases.values()];
    if (phrases.length === 0) return undefined;
    const all = phrases.flatMap((phrase, position) => (position === 0 ? [...phrase] : [between, ...phrase]));
    return this.more > 0 ? [...all, between, `… (+${this.more})`] : all;
  }
}
