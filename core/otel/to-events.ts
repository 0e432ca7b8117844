import { utf8 } from '../encoding.ts';
import { LIMITS } from '../event/limits.ts';
import { databaseEvents, retrievalEvents } from './data-events.ts';
import { frame, type SpanEventDraft, type Told } from './frame.ts';
import { messageEvents, modelEvents, planEvents } from './model-events.ts';
import { pauseOf } from './pause.ts';
import { evaluationEvents, guardrailEvents } from './rule-events.ts';
import { malformedSpan, type Span } from './span.ts';
import { taskEvents } from './task-events.ts';
import { escalation, toolEvents } from './tool-events.ts';
import { type Placed, placeSpans, twinOf, withTwins } from './trace.ts';

/** What became of the spans of one request. */
export interface MappedSpans {
  /** In the order in which they happened; `span` is the position of the span that an event is made of. */
  events: { event: SpanEventDraft; span: number }[];
  /** Spans that are none, with why. */
  malformed: { span: number; detail: string }[];
}

/**
 * Turns spans into events. Ids, times and tasks follow from each span alone, so that spans may come in any order, in
 * any company and more than once; what came along in one request is used to tell a thing once that two spans describe.
 * Spans that an audit trail has no event for are passed over.
 */
export function toEvents(spans: readonly Span[]): MappedSpans {
  const malformed: MappedSpans['malformed'] = [];
  const positions = new Map<Span, number>();
  for (const [position, span] of spans.entries()) {
    const detail = malformedSpan(span);
    if (detail === undefined) positions.set(span, position);
    else malformed.push({ span: position, detail });
  }
  const found: { event: SpanEventDraft; span: number; at: number }[] = [];
  for (const placed of placeSpans([...positions.keys()])) {
    const told = tell(placed);
    if (told.length === 0) continue;
    const whole = withTwins(placed);
    for (const one of told) {
      found.push({ event: fitted(frame(whole, one)), span: positions.get(placed.span) ?? 0, at: one.at });
    }
  }
  found.sort(
    (a, b) => a.at - b.at || rank(a.event) - rank(b.event) || (a.event.event_id < b.event.event_id ? -1 : 1),
  );
  return { events: found.map(({ event, span }) => ({ event, span })), malformed };
}

function tell(placed: Placed): Told[] {
  return [...byKind(placed), ...evaluationEvents(placed.span)];
}

function byKind(placed: Placed): Told[] {
  const { span, kind } = placed;
  switch (kind) {
    case 'agent':
      return twinOf(placed) ? [] : [...taskEvents(placed), ...ownPause(placed)];
    case 'tool':
      return toolEvents(placed);
    case 'model':
      return modelEvents(span);
    case 'plan':
      return planEvents(span);
    case 'retrieval':
      return retrievalEvents(span);
    case 'database':
      return databaseEvents(span);
    case 'guardrail':
      return guardrailEvents(span);
    case 'message':
      return messageEvents(span);
    case 'other':
      return ownPause(placed);
  }
}

/** A question to a person that no inner span tells of already. */
function ownPause(placed: Placed): Told[] {
  const pause = pauseOf(placed.span);
  if (!pause || placed.children.some(({ span }) => pauseOf(span))) return [];
  return [escalation(placed.span, pause)];
}

const STARTS = ['TASK_INITIATED', 'HUMAN_DECISION_RECORDED', 'TASK_RESUMED'];
const ENDS = ['TASK_SUSPENDED', 'TASK_COMPLETED', 'TASK_FAILED', 'TASK_CANCELLED'];

/** Of what happened at one moment a start comes first and an end last. */
function rank({ event_type: type }: SpanEventDraft): number {
  if (ENDS.includes(type)) return STARTS.length + 1;
  return STARTS.includes(type) ? STARTS.indexOf(type) : STARTS.length;
}

/** An event leaves room for what the queue puts around it. */
const MAX_BYTES = LIMITS.eventBytes - 4_096;
const LARGE = 16_384;

/** The event with its long values replaced by a note of how long they were, where it would be too long for an event. */
function fitted(event: SpanEventDraft): SpanEventDraft {
  if (utf8(JSON.stringify(event)).length <= MAX_BYTES) return event;
  const payload = Object.fromEntries(
    Object.entries(event.payload).map(([name, value]) => {
      const bytes = utf8(JSON.stringify(value) ?? '').length;
      return [name, bytes > LARGE ? `left out: ${bytes} bytes, more than an event takes` : value];
    }),
  );
  return { ...event, payload };
}
