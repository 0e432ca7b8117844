import { english } from '../../core/narrative/messages/en.ts';
import { Storyteller } from '../../core/narrative/storyteller.ts';
import type { Trust } from '../../core/receipt/key-chain.ts';
import type { Api, Problem } from './api.ts';
import { entriesOf, type Page } from './pages.ts';
import type { Line } from './story.ts';
import { verifyRecords } from './verification.ts';

export interface EventList {
  lines: Line[];
  total: number;
  more: boolean;
  altered: number;
  /** The signed note of the first page, which a review names. */
  checkpoint?: string;
  problem?: Problem;
}

const PAGE = 200;

/** The first `pages` pages of the events that `query` asks for at `path`, each verified and told by itself. */
export async function listEvents(
  api: Api,
  path: '/v1/audit/events' | '/v1/audit/reviews',
  query: Readonly<Record<string, string>>,
  { trust, timeZone, pages }: { trust: Trust; timeZone: string; pages: number },
  onUpdate: (list: EventList) => void,
  signal: AbortSignal,
): Promise<void> {
  const list: EventList = { lines: [], total: 0, more: false, altered: 0 };
  let cursor: string | undefined;
  for (let page = 0; page < pages; page++) {
    const answer = await api.get<Page>(path, { ...query, limit: String(PAGE), cursor }, signal);
    if (signal.aborted) return;
    if (!answer.ok) return onUpdate({ ...list, problem: answer.problem });
    const { events, checkpoint, next_cursor, total_count } = answer.data;
    const { verdicts } = await verifyRecords(events, checkpoint, trust, signal);
    if (signal.aborted) return;
    const personal =
      answer.data.erased !== undefined || events.some(({ disclosures }) => disclosures !== undefined);
    // One teller a task, so that a result names the call that it belongs to.
    const tellers = new Map<string, Storyteller>();
    for (const [position, raw] of entriesOf(answer.data).entries()) {
      const verdict = verdicts[position];
      if (!verdict) continue;
      const task = raw.record.event.task?.id ?? '';
      const teller =
        tellers.get(task) ?? new Storyteller(task, { messages: english, reader: { timeZone }, personal });
      tellers.set(task, teller);
      if (!verdict.verified) list.altered++;
      list.lines.push({ entry: teller.add(raw), verdict, raw });
    }
    list.total = total_count;
    list.checkpoint ??= checkpoint;
    list.more = next_cursor !== null;
    cursor = next_cursor ?? undefined;
    onUpdate({ ...list, lines: [...list.lines] });
    if (cursor === undefined) return;
  }
}
