import { z } from 'zod';
import { sha256 } from '#crypto';
import { toBase64Url, utf8 } from '../encoding.ts';
import type { AuditEvent } from '../event/event.ts';
import { Ledger, ledgerStateSchema } from '../narrative/ledger.ts';
import { isKnown } from '../narrative/tell.ts';

const count = z.int().nonnegative();
const toolSchema = z.strictObject({ calls: count, failed: count });
const storeSchema = z.strictObject({
  read: count,
  write: count,
  delete: count,
  classes: z.array(z.string()),
});
const counts = z.array(z.tuple([z.string(), count]));

/** What a tally knows, as JSON: kept with the files of an export, so that another worker counts on. */
export const tallyStateSchema = z.strictObject({
  first: z.string().nullable(),
  last: z.string().nullable(),
  types: counts,
  agents: counts,
  decisions: counts,
  tools: z.array(z.tuple([z.string(), toolSchema])),
  stores: z.array(z.tuple([z.string(), storeSchema])),
  tasks: z.array(z.string()),
  ended: z.array(z.string()),
  open: z.array(z.tuple([z.string(), ledgerStateSchema])),
  afterEnd: count,
  endedAgain: count,
  beyond: count,
});
export type TallyState = z.output<typeof tallyStateSchema>;

/** How many different names of a kind are kept apart; what comes later is counted under `OTHERS`. */
const MOST_NAMES = 200;
export const OTHERS = '…';
const MOST_TASKS = 1_000;
const MOST_OPEN = 20_000;
const MOST_ENDED = 500_000;
const MOST_CLASSES = 20;
const ENDS: ReadonlySet<string> = new Set(['TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED']);

/** A tally of nothing. */
export const NOTHING_TALLIED: TallyState = {
  ...{ first: null, last: null, types: [], agents: [], decisions: [], tools: [], stores: [], tasks: [] },
  ...{ ended: [], open: [], afterEnd: 0, endedAgain: 0, beyond: 0 },
};

/** Counts what an export holds, record by record in the order of `occurred_at`; its memory has a bound. */
export class Tally {
  first: string | null;
  last: string | null;
  readonly types: Map<string, number>;
  readonly agents: Map<string, number>;
  /** What people decided. */
  readonly decisions: Map<string, number>;
  readonly tools: Map<string, z.output<typeof toolSchema>>;
  readonly stores: Map<string, z.output<typeof storeSchema>>;
  /** Ids of the tasks that came up first. */
  readonly tasks: string[];
  /** Events of tasks that had ended with nothing missing, and further ends of those. */
  afterEnd: number;
  endedAgain: number;
  /** Events of tasks beyond what a tally keeps: of those tasks nothing is said. */
  beyond: number;
  /** Tasks that ended with nothing missing, by key; and what is known of all others. */
  readonly #ended: Set<string>;
  readonly #open: Map<string, Ledger>;

  constructor(state: TallyState = NOTHING_TALLIED) {
    this.first = state.first;
    this.last = state.last;
    this.types = new Map(state.types);
    this.agents = new Map(state.agents);
    this.decisions = new Map(state.decisions);
    this.tools = new Map(state.tools.map(([name, tool]) => [name, { ...tool }]));
    this.stores = new Map(state.stores.map(([name, store]) => [name, { ...store }]));
    this.tasks = [...state.tasks];
    this.afterEnd = state.afterEnd;
    this.endedAgain = state.endedAgain;
    this.beyond = state.beyond;
    this.#ended = new Set(state.ended);
    this.#open = new Map(state.open.map(([key, ledger]) => [key, new Ledger(ledger)]));
  }

  get state(): TallyState {
    const { first, last, types, agents, decisions, tools, stores, tasks } = this;
    const { afterEnd, endedAgain, beyond } = this;
    return structuredClone({
      ...{ first, last, tasks, afterEnd, endedAgain, beyond },
      ...{ types: [...types], agents: [...agents], decisions: [...decisions] },
      ...{ tools: [...tools], stores: [...stores], ended: [...this.#ended] },
      open: [...this.#open].map(([key, ledger]): [string, Ledger['state']] => [key, ledger.state]),
    });
  }

  /** What is known of every task that has something open, or ended with something missing. */
  get ledgers(): Iterable<Ledger> {
    return this.#open.values();
  }

  /** Different tasks, as far as they are kept apart. */
  get taskCount(): number {
    return this.#open.size + this.#ended.size;
  }

  add(event: AuditEvent): void {
    this.first ??= event.occurred_at;
    this.last = event.occurred_at;
    named(this.types, event.event_type, 0, (before) => before + 1);
    named(this.agents, event.agent.id, 0, (before) => before + 1);
    if (!isKnown(event)) return;
    const ledger = event.task && this.#ledgerOf(event, event.task.id);
    this.#addPayload(event, ledger?.call(event.causation?.call_id)?.tool);
    if (!ledger || !event.task) return;
    ledger.before(event);
    ledger.after(event, []);
    if (!isClean(ledger) || this.#ended.size >= MOST_ENDED) return;
    this.#open.delete(keyOf(event.task.id));
    this.#ended.add(keyOf(event.task.id));
  }

  #ledgerOf(event: AuditEvent, taskId: string): Ledger | undefined {
    const key = keyOf(taskId);
    if (this.#ended.has(key)) {
      if (ENDS.has(event.event_type)) this.endedAgain++;
      else this.afterEnd++;
      return undefined;
    }
    const known = this.#open.get(key);
    if (known) return known;
    if (this.#open.size >= MOST_OPEN) {
      this.beyond++;
      return undefined;
    }
    if (this.tasks.length < MOST_TASKS) this.tasks.push(taskId);
    const ledger = new Ledger();
    this.#open.set(key, ledger);
    return ledger;
  }

  #addPayload(event: AuditEvent, answeredBy: string | undefined): void {
    switch (event.event_type) {
      case 'TOOL_CALLED':
        named(this.tools, event.payload.tool.name, NO_CALLS, (tool) => ({ ...tool, calls: tool.calls + 1 }));
        break;
      case 'TOOL_RESULT_RECEIVED':
        if (event.payload.status !== 'ok' && answeredBy !== undefined)
          named(this.tools, answeredBy, NO_CALLS, (tool) => ({ ...tool, failed: tool.failed + 1 }));
        break;
      case 'DATA_ACCESSED': {
        const { operation, store, data_classes = [] } = event.payload;
        const name = store.system === undefined ? store.name : `${store.system} / ${store.name}`;
        named(this.stores, name, NO_ACCESS, (before) => ({
          ...before,
          [operation]: before[operation] + 1,
          classes: [...new Set([...before.classes, ...data_classes])].slice(0, MOST_CLASSES),
        }));
        break;
      }
      case 'HUMAN_DECISION_RECORDED':
        named(this.decisions, event.payload.decision, 0, (before) => before + 1);
        break;
      default:
    }
  }
}

const NO_CALLS = { calls: 0, failed: 0 };
const NO_ACCESS = { read: 0, write: 0, delete: 0, classes: [] };

/** A task of which nothing more is expected, and nothing is missing. */
function isClean({ starts, ends, unnumbered, calls, stray, asked, numbering }: Ledger): boolean {
  const open = calls.size + stray.size + asked.size + numbering.missing + unnumbered;
  return starts === 1 && ends === 1 && open === 0;
}

function named<T>(entries: Map<string, T>, name: string, none: T, next: (before: T) => T): void {
  const key = entries.has(name) || entries.size < MOST_NAMES ? name : OTHERS;
  entries.set(key, next(entries.get(key) ?? none));
}

/** Ids may be long, and there are many. */
function keyOf(taskId: string): string {
  return toBase64Url(sha256(utf8(taskId)).subarray(0, 9));
}
