import { sha256 } from '#crypto';
import { toDigestText, utf8 } from '../../../core/encoding.ts';
import type { PayloadOf } from '../../../core/event/event.ts';
import { type GovernanceTerms, governanceEvent } from '../../../core/event/governance-event.ts';
import { formatTimestamp } from '../../../core/event/time.ts';
import type { JsonValue } from '../../../core/event/values.ts';
import { type Outbox, ownEvents } from '../internal-queue.ts';
import type { ApiRequest } from './request.ts';
import type { ApiResponse } from './response.ts';
import type { Route } from './route.ts';

/** Reads of one caller, route and filter within a window are one record, and a second that counts them. */
const WINDOW_MS = 10 * 60_000;
/** So many uncounted reads may be lost with the function's memory, at most. */
const MOST_UNCOUNTED = 1_000;
/** Callers, routes and filters that are told apart; beyond it every read is a record of its own. */
const MOST_TALLIES = 1_000;
const MOST_FILTER = 2_000; // characters of JSON; a longer filter is recorded by its digest
const MOST_ID = 256; // characters

/** Parameters that say where in an answer one is, or that select nothing. */
const NOT_FILTERS = new Set(['cursor', 'limit', 'tenant_id']);

type Access = PayloadOf<'AUDIT_ACCESSED'>;

/** What the reads of one tally have in common. */
interface Reading {
  actor: Access['actor'];
  /** Name of the caller's token. */
  name?: string;
  route: string;
  /** The kind of thing that is read. */
  type: string;
  filter?: JsonValue;
}

/** Reads of a window that were recorded as one, and what came after. */
interface Tally {
  reading: Reading;
  /** Start of the window. */
  from: number;
  /** Since the last record. */
  reads: number;
  given: number;
  personal: boolean;
}

/**
 * Makes every read a record `AUDIT_ACCESSED` of the tenant's own log: one call to the queue, before the answer goes
 * out, or the answer does not go out. Coalesced reads are recorded when a window's first one is answered, and counted
 * by a record that leaves with the first request after the window; a function that is never called again takes that
 * count with it, never the fact (docs/adr/audit-of-the-audit.md).
 */
export class AccessLog {
  readonly #outbox: Outbox;
  readonly #service: string;
  readonly #terms: GovernanceTerms;
  readonly #tallies = new Map<string, Tally>();

  constructor(outbox: Outbox, service: string, terms: GovernanceTerms) {
    this.#outbox = outbox;
    this.#service = service;
    this.#terms = terms;
  }

  /** What `response` gives out is recorded when this returns. Throws `unavailable`, and then it must not go out. */
  async record(route: Route, request: ApiRequest, response: ApiResponse): Promise<void> {
    if (!('accessTo' in route.leaves) || response.gives?.onlyAccesses) return;
    const { accessTo, coalesced } = route.leaves;
    const reading = readingOf(route, accessTo, request);
    const from = Math.floor(this.#terms.clock.now() / WINDOW_MS) * WINDOW_MS;
    const due = [...this.#tallies].filter(([, tally]) => tally.from < from || tally.reads >= MOST_UNCOUNTED);
    const accesses = due.flatMap(([, tally]) => (tally.reads > 0 ? [counted(tally)] : []));

    const key = coalesced?.(request) ? JSON.stringify(reading) : undefined;
    const standing = key === undefined ? undefined : this.#tallies.get(key);
    const known = standing?.from === from ? standing : undefined;
    if (!known) accesses.push(single(reading, request, response, key === undefined ? undefined : from));
    await this.#send(accesses);

    // The queue has it: the memory follows.
    for (const [name, tally] of due) {
      if (tally.from < from) this.#tallies.delete(name);
      else Object.assign(tally, { reads: 0, given: 0, personal: false });
    }
    if (known) {
      known.reads += 1;
      known.given += response.gives?.count ?? 0;
      known.personal ||= response.gives?.personal === true;
    } else if (key !== undefined && this.#tallies.size < MOST_TALLIES) {
      this.#tallies.set(key, { reading, from, reads: 0, given: 0, personal: false });
    }
  }

  async #send(accesses: readonly Access[]): Promise<void> {
    if (accesses.length === 0) return;
    const events = accesses.map((access) => governanceEvent('AUDIT_ACCESSED', access, this.#terms));
    await this.#outbox.send([ownEvents(this.#service, events)]);
  }
}

function readingOf({ method, path }: Route, type: string, { caller, query }: ApiRequest): Reading {
  const filter: Record<string, JsonValue> = {};
  for (const [name, values] of Object.entries(query)) {
    if (!NOT_FILTERS.has(name)) filter[name] = [...values];
  }
  return {
    actor: { type: caller.kind, id: caller.id },
    ...('name' in caller && caller.name !== undefined && { name: caller.name }),
    route: `${method} ${path}`,
    type,
    ...(Object.keys(filter).length > 0 && { filter: shortened(filter) }),
  };
}

/** One read; the first of a window that begins at `from`, where reads are coalesced. */
function single(
  reading: Reading,
  { params, requestId }: ApiRequest,
  { status, gives }: ApiResponse,
  from: number | undefined,
): Access {
  const { target, after, ...access } = accessOf(reading, 1);
  const id = Object.values(params).join('/');
  return {
    ...access,
    target: { ...target, ...(id !== '' && { id: id.length <= MOST_ID ? id : digest(id) }) },
    after: {
      ...after,
      status,
      ...(gives && { given: gives.count }),
      ...(gives?.personal && { personal: true }),
      ...(from !== undefined && windowOf(from)),
    },
    request_id: requestId,
  };
}

/** The reads of a window that came after the one that was recorded. */
function counted({ reading, from, reads, given, personal }: Tally): Access {
  const { after, ...access } = accessOf(reading, reads);
  return { ...access, after: { ...after, given, ...(personal && { personal }), ...windowOf(from) } };
}

function accessOf({ actor, name, route, type, filter }: Reading, count: number) {
  return {
    actor,
    target: { type, count, ...(filter !== undefined && { filter }) },
    after: { route, ...(name !== undefined && { actor_name: name }) },
  };
}

function windowOf(from: number) {
  return { window: { from: formatTimestamp(from), to: formatTimestamp(from + WINDOW_MS) } };
}

/** A filter as it is recorded: whatever a caller may send fits into a record. */
function shortened(filter: Record<string, JsonValue>): JsonValue {
  const text = JSON.stringify(filter);
  return text.length <= MOST_FILTER ? filter : { digest: digest(text), bytes: utf8(text).length };
}

function digest(text: string): string {
  return toDigestText(sha256(utf8(text)));
}
