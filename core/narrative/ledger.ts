import { z } from 'zod';
import { sha256 } from '#crypto';
import { toBase64Url, utf8 } from '../encoding.ts';
import type { AuditEvent } from '../event/event.ts';
import { Numbering } from './numbering.ts';
import type { Phrase } from './phrase.ts';
import type { KnownCall } from './told.ts';

const count = z.int().nonnegative();
const name = z.string().max(256);

/** What a ledger knows, as JSON: how a page of a story hands it on to the next one. */
export const ledgerStateSchema = z.strictObject({
  starts: count,
  ends: count,
  unnumbered: count,
  effects: count,
  undecided: count,
  paused: z.int().optional(),
  numbering: z.array(z.tuple([name, count, z.array(z.tuple([count, count]))])),
  calls: z.array(z.tuple([name, name, z.int().min(0).max(1)])),
  stray: z.array(name),
  asked: z.array(z.tuple([name, z.int()])),
  decisions: z.array(name),
});
export type LedgerState = z.infer<typeof ledgerStateSchema>;

type Call = KnownCall & { decided: boolean };

/**
 * What a story has to remember from one event to the next: calls that wait for their result, questions that wait for
 * their answer, decisions that later events name, the numbering, and effects that no decision stands behind. One pass,
 * in the order of the story; it grows with what is open, not with what was told.
 */
export class Ledger {
  starts = 0;
  ends = 0;
  unnumbered = 0;
  /** Writes, deletions and calls with a side effect; and those of them without a decision. */
  effects = 0;
  undecided = 0;
  paused: number | undefined;
  readonly numbering: Numbering;
  readonly calls = new Map<string, Call>();
  readonly stray = new Set<string>();
  readonly asked = new Map<string, number>();
  /** What was decided; undefined where it was told on an earlier page. */
  readonly #decisions = new Map<string, Phrase | undefined>();

  constructor(state?: LedgerState) {
    this.numbering = new Numbering(state?.numbering.map(([key, next, gaps]) => [key, { next, gaps }]));
    if (!state) return;
    const { starts, ends, unnumbered, effects, undecided, paused } = state;
    Object.assign(this, { starts, ends, unnumbered, effects, undecided, paused });
    for (const [key, tool, decided] of state.calls) this.calls.set(key, { tool, decided: decided === 1 });
    for (const key of state.stray) this.stray.add(key);
    for (const [key, at] of state.asked) this.asked.set(key, at);
    for (const key of state.decisions) this.#decisions.set(key, undefined);
  }

  get state(): LedgerState {
    const { starts, ends, unnumbered, effects, undecided, paused } = this;
    return {
      ...{ starts, ends, unnumbered, effects, undecided },
      ...(paused === undefined ? {} : { paused }),
      numbering: [...this.numbering.counters].map(([key, { next, gaps }]) => [key, next, gaps]),
      calls: [...this.calls].map(([key, { tool, decided }]) => [key, tool, decided ? 1 : 0]),
      stray: [...this.stray],
      asked: [...this.asked],
      decisions: [...this.#decisions.keys()],
    };
  }

  /** Takes in an event of the task, before it is told. */
  before(event: AuditEvent): void {
    if (!this.numbering.add(event, keyOf)) this.unnumbered++;
    const { causation } = event;
    switch (event.event_type) {
      case 'TASK_INITIATED':
        this.starts++;
        break;
      case 'TOOL_CALLED': {
        const decided = this.knows(causation?.decision_id);
        const { tool } = event.payload;
        if (tool.side_effect) this.#effect(decided);
        const key = keyOf(causation?.call_id ?? '');
        const known = { tool: tool.name, decisionId: causation?.decision_id, decided };
        if (!this.stray.delete(key)) this.calls.set(key, known);
        break;
      }
      case 'DATA_ACCESSED':
        if (event.payload.operation !== 'read') this.#effect(this.#decidedAccess(event));
        break;
      case 'HUMAN_ESCALATION_TRIGGERED':
        this.asked.set(keyOf(causation?.call_id ?? ''), Date.parse(event.occurred_at));
        break;
      default:
    }
  }

  /** What an event leaves behind, after it was told. */
  after(event: AuditEvent, decision: Phrase): void {
    const { causation } = event;
    const key = keyOf(causation?.call_id ?? '');
    switch (event.event_type) {
      case 'DECISION_POINT':
        this.#decisions.set(keyOf(event.event_id), decision);
        if (causation?.decision_id !== undefined) this.#decisions.set(keyOf(causation.decision_id), decision);
        break;
      case 'TOOL_RESULT_RECEIVED':
        if (!this.calls.delete(key)) this.stray.add(key);
        break;
      case 'HUMAN_DECISION_RECORDED':
        this.asked.delete(key);
        break;
      case 'TASK_SUSPENDED':
        this.paused = Date.parse(event.occurred_at);
        break;
      case 'TASK_RESUMED':
        this.paused = undefined;
        break;
      case 'TASK_COMPLETED':
      case 'TASK_FAILED':
      case 'TASK_CANCELLED':
        this.ends++;
        break;
      default:
    }
  }

  call(callId: string | undefined): Call | undefined {
    return this.calls.get(keyOf(callId ?? ''));
  }

  askedAt(callId: string | undefined): number | undefined {
    return this.asked.get(keyOf(callId ?? ''));
  }

  knows(decisionId: string | undefined): boolean {
    return decisionId !== undefined && this.#decisions.has(keyOf(decisionId));
  }

  decision(decisionId: string | undefined): Phrase | undefined {
    return decisionId === undefined ? undefined : this.#decisions.get(keyOf(decisionId));
  }

  /** An access names its decision, or its call does; one that names neither belongs to the only call that is open. */
  #decidedAccess({ causation }: AuditEvent): boolean {
    if (this.knows(causation?.decision_id)) return true;
    const open = this.calls.size === 1 ? [...this.calls.values()][0] : undefined;
    return (causation?.call_id === undefined ? open : this.call(causation.call_id))?.decided === true;
  }

  #effect(decided: boolean): void {
    this.effects++;
    if (!decided) this.undecided++;
  }
}

/** Ids are kept by their digest: a page hands hundreds of them on, and they may be long. */
function keyOf(text: string): string {
  return text === '' ? '' : toBase64Url(sha256(utf8(text)).subarray(0, 6));
}
